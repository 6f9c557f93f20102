package dev.holdfast.lock.tck;

/**
 * The whole kit. A backend or a third party implements it in one test class with a {@link LockHarness}:
 *
 * <pre>{@code
 * class MyStoreTckTest implements LockTck {
 *     private static final LockHarness HARNESS = new MyStoreHarness();
 *
 *     public LockHarness harness() {
 *         return HARNESS;
 *     }
 * }
 * }</pre>
 *
 * <p>A chapter that is added here reaches every backend without a change of its class.
 */
public interface LockTck
        extends ExclusionTck,
                OwnershipTck,
                DeadlineTck,
                LeaseTck,
                FencingTck,
                RegisterTck,
                RegisterFaultTck,
                WaitingTck,
                AsyncTck,
                LivenessTck,
                CostTck,
                NamingTck,
                OutcomeTck,
                ConcurrencyTck,
                OpeningTck,
                FaultTck,
                ProcessFaultTck,
                LinkFaultTck,
                LateTck,
                StoreFaultTck,
                MemberFaultTck,
                StormTck {}
