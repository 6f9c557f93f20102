package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.LockHarness;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The drivers themselves refuse late requests; {@link DriverMutantsIT} shows that the test would notice. */
@Tag("A5")
@Tag("A8")
class LateRequestsIT {
    @Nested
    class OnRedis implements LateRequests {
        private static final LockHarness HARNESS = StoreHarness.of(StoreRack.store(StoreKind.REDIS));

        @Override
        public LockHarness harness() {
            return HARNESS;
        }
    }

    @Nested
    class OnPostgres implements LateRequests {
        private static final LockHarness HARNESS = StoreHarness.of(StoreRack.store(StoreKind.POSTGRES));

        @Override
        public LockHarness harness() {
            return HARNESS;
        }
    }
}
