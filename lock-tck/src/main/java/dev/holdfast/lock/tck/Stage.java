package dev.holdfast.lock.tck;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.opentest4j.AssertionFailedError;

/**
 * What one test puts up: clients, drivers, other JVMs and threads, all closed or joined at its end in reverse order.
 * The failure of a thread that nobody asked for its result fails the test. Lock names are fresh. For one test thread.
 */
public final class Stage implements AutoCloseable {
    /** A step of a test on a thread of its own. */
    public static final class Branch<T> {
        private final FutureTask<T> task;
        private final Thread thread;
        private boolean joined;

        private Branch(Callable<T> work) {
            task = new FutureTask<>(work);
            thread = new Thread(task, "tck-branch");
            thread.setDaemon(true);
            thread.start();
        }

        /** Its result; what it threw is thrown here. */
        public T join() throws Exception {
            return join(Timing.patience());
        }

        /** Its result if it ends within this time. */
        public T join(Duration within) throws Exception {
            joined = true;
            try {
                return task.get(within.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw new AssertionError(e.getCause());
            } catch (TimeoutException e) {
                throw new AssertionFailedError("a thread of the test hangs at "
                        + List.of(thread.getStackTrace()).stream().limit(5).toList());
            }
        }

        /** Whether it has ended. */
        public boolean done() {
            return task.isDone();
        }

        /** Interrupts it. */
        public void interrupt() {
            thread.interrupt();
        }
    }

    private final LockHarness harness;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** On this store. */
    public Stage(LockHarness harness) {
        this.harness = harness;
        harness.awaitGrants(harness.url());
    }

    /** The store. */
    public LockHarness harness() {
        return harness;
    }

    /** A lock name that no other test uses. */
    public String name() {
        return "tck-" + UUID.randomUUID();
    }

    /** The lease time of clients of this stage: the shortest of the store, but scaled for this machine. */
    public Duration lease() {
        return Timing.scaled(harness.shortestLease());
    }

    /** Options of clients of this stage, to be changed by the test. */
    public ClientOptions.Builder options() {
        return ClientOptions.builder().leaseTime(lease());
    }

    /** A lease time that does not run out in a test unless the test pauses a process or the store. */
    public Duration longLease() {
        Duration floor = Timing.scaled(Duration.ofSeconds(3));
        return lease().compareTo(floor) > 0 ? lease() : floor;
    }

    /** A client with the short lease time. */
    public LockClient client() {
        return client(options().build());
    }

    /** A client whose leases do not lapse by a busy machine. */
    public LockClient steadyClient() {
        return client(options().leaseTime(longLease()).build());
    }

    /** A client with these options. */
    public LockClient client(ClientOptions options) {
        harness.awaitGrants(harness.url());
        return keep(harness.open(options));
    }

    /** A client of this URL. */
    public LockClient client(String url, ClientOptions options) {
        harness.awaitGrants(url);
        return keep(Locks.open(url, options));
    }

    /** A client and its misbehaving driver. */
    record Scripted<D extends LockDriver>(LockClient client, D driver) {}

    /** A client of the memory store whose driver behaves as the script says; only on memory. */
    <D extends LockDriver> Scripted<D> scripted(ClientOptions options, Function<LockDriver, D> script) {
        List<D> opened = new ArrayList<>();
        LockClient client = over(options, context -> {
            opened.add(script.apply(Drivers.open(harness.url(), context)));
            return opened.get(0);
        });
        return new Scripted<>(client, opened.get(0));
    }

    /** A client whose driver is never heard when it calls, as if every message of the store were lost. */
    LockClient deaf(ClientOptions options) {
        String url = harness.url();
        return open(options, context -> Drivers.open(url, new DeafContext(context, Drivers.parameters(url))));
    }

    private LockClient over(ClientOptions options, Function<DriverContext, LockDriver> opener) {
        if (!harness.reference()) {
            throw NotApplicable.shownOnMemory();
        }
        return open(options, opener);
    }

    private LockClient open(ClientOptions options, Function<DriverContext, LockDriver> opener) {
        String url = harness.url();
        ClientOptions inNamespace =
                options.toBuilder().namespace(Drivers.namespace(url)).build();
        return keep(Locks.over(inNamespace, opener));
    }

    /** The driver itself, without an engine. */
    public LockDriver driver() {
        return driver(harness.url());
    }

    /** The driver itself; its grants and waiters do not lapse by a busy machine, although nobody renews them. */
    public LockDriver steadyDriver() {
        RecordingContext context = keep(new RecordingContext(Drivers.options(harness.url(), longLease())));
        return keep(Drivers.open(harness.url(), context));
    }

    /** The driver itself behind this URL. */
    public LockDriver driver(String url) {
        RecordingContext context = keep(new RecordingContext(Drivers.options(url, lease())));
        return keep(Drivers.open(url, context));
    }

    /** A request of a new acquire of this lock. */
    public static AcquireRequest request(String name, boolean mayWait) {
        return new AcquireRequest(AcquisitionId.random(), new LockName(name), mayWait, false, Duration.ofSeconds(2));
    }

    /** A {@link LockTaker} in another JVM, ready for commands. */
    public ChildJvm taker(String lockName, Duration leaseTime, String... jvmArguments) throws InterruptedException {
        return taker(Map.of(), lockName, leaseTime, jvmArguments);
    }

    /** The same with these variables in the environment of the JVM. */
    public ChildJvm taker(Map<String, String> environment, String lockName, Duration leaseTime, String... jvmArguments)
            throws InterruptedException {
        if (!harness.processes()) {
            throw new NotApplicable("other processes cannot reach this store");
        }
        ChildJvm child = keep(ChildJvm.start(
                LockTaker.class,
                environment,
                List.of(jvmArguments),
                harness.url(),
                LockTaker.encode(lockName),
                Long.toString(leaseTime.toMillis())));
        String first = child.line(ChildJvm.FIRST_CONTACT.plus(Timing.patience()));
        if (!first.equals("ready")) {
            throw new AssertionFailedError("the other JVM is not ready but says " + first);
        }
        return child;
    }

    /** Runs the work on a thread of its own. */
    public <T> Branch<T> branch(Callable<T> work) {
        Branch<T> branch = new Branch<>(work);
        open.push(() -> {
            if (!branch.joined) {
                branch.join();
            }
        });
        return branch;
    }

    /** Closes this at the end of the test. */
    public <T extends AutoCloseable> T keep(T closeable) {
        open.push(closeable);
        return closeable;
    }

    @Override
    public void close() throws Exception {
        if (!open.isEmpty()) {
            try {
                open.pop().close();
            } finally {
                close(); // also when one of them fails, the others are closed
            }
        }
    }
}
