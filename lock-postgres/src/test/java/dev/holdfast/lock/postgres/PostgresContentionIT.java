package dev.holdfast.lock.postgres;

import static dev.holdfast.lock.postgres.DriverFixture.patient;
import static dev.holdfast.lock.postgres.DriverFixture.sql;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many threads of several clients on few names. */
class PostgresContentionIT {
    private static final int CLIENTS = 4;
    private static final int THREADS = 16;
    private static RunningStore store;

    private final List<DriverFixture> clients = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /** What the lock protects: only one thread at a time may be in here, and tokens rise. */
    private static final class Resource {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final List<Long> tokens = new ArrayList<>();
        private int counter;

        /** Reads, lets others run, writes: loses updates when two are inside. */
        void use(long token) {
            if (inside.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            int read = counter;
            LockSupport.parkNanos(50_000);
            counter = read + 1;
            tokens.add(token);
            inside.decrementAndGet();
        }

        void check() {
            assertEquals(0, overlaps.get(), "overlaps");
            assertEquals(tokens.size(), counter, "lost updates");
            assertEquals(tokens.size(), new HashSet<>(tokens).size(), "tokens are unique");
            assertEquals(tokens.stream().sorted().toList(), tokens, "tokens rise");
        }
    }

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.POSTGRES);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() {
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new DriverFixture(store.url(), patient(Duration.ofSeconds(15))));
        }
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        clients.forEach(DriverFixture::close);
    }

    private DriverFixture client(int thread) {
        return clients.get(thread % CLIENTS);
    }

    private void run(Callable<?>... tasks) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (Callable<?> task : tasks) {
            running.add(threads.submit(task));
        }
        for (Future<?> task : running) {
            task.get(120, TimeUnit.SECONDS);
        }
    }

    /** Waits as the engine would, for a pushed grant or until it is time to look. */
    private static Grant acquire(DriverFixture client, AcquisitionId id, String name) throws Exception {
        Answer answer = client.enter(id, name);
        while (answer instanceof Answer.Waiting waiting) {
            if (Await.holdsWithin(waiting.recheckAfter(), () -> client.context.granted.containsKey(id))) {
                return client.context.granted.remove(id);
            }
            answer = client.look(id, name);
        }
        return ((Answer.Granted) answer).grant();
    }

    @Test
    void noOverlapNoLostUpdateAndRisingTokens() throws Exception {
        Resource[] resources = {new Resource(), new Resource()};
        Callable<?>[] tasks = new Callable<?>[THREADS];
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            tasks[t] = () -> {
                for (int i = 0; i < 100; i++) {
                    String name = "hot-" + (thread + i) % 2;
                    Grant grant = acquire(client(thread), AcquisitionId.random(), name);
                    resources[(thread + i) % 2].use(grant.token());
                    assertEquals(ReleaseOutcome.RELEASED, client(thread).release(grant));
                }
                return null;
            };
        }
        run(tasks);
        assertEquals(THREADS * 100, resources[0].counter + resources[1].counter);
        resources[0].check();
        resources[1].check();
        assertEquals("0", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    @Test
    void zeroWaitTriesNeverOverlap() throws Exception {
        Resource resource = new Resource();
        Callable<?>[] tasks = new Callable<?>[THREADS];
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            tasks[t] = () -> {
                for (int i = 0; i < 150; i++) {
                    Answer answer = client(thread)
                            .driver
                            .enter(client(thread).request(AcquisitionId.random(), "try", false, false));
                    if (answer instanceof Answer.Granted granted) {
                        resource.use(granted.grant().token());
                        assertEquals(ReleaseOutcome.RELEASED, client(thread).release(granted.grant()));
                    }
                }
                return null;
            };
        }
        run(tasks);
        assertTrue(resource.counter > 0, "some were granted");
        resource.check();
        assertEquals("0", sql(store, "SELECT count(*) FROM " + DriverFixture.ENTRIES));
    }

    /** Releases, leaves, holders that fall silent, repeated enters and ghosts in a random mix. */
    @Test
    void mixOfEverythingKeepsOneHolderAndLeavesNothing() throws Exception {
        Resource resource = new Resource();
        Duration lease = Duration.ofMillis(250);
        List<DriverFixture> brief = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            brief.add(new DriverFixture(store.url(), patient(lease)));
        }
        Callable<?>[] tasks = new Callable<?>[THREADS];
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            DriverFixture client = brief.get(t % CLIENTS);
            tasks[t] = () -> {
                for (int i = 0; i < 60; i++) {
                    mixed(client, random, resource);
                }
                return null;
            };
        }
        try {
            run(tasks);
        } finally {
            brief.forEach(DriverFixture::close);
        }
        assertTrue(resource.counter > 100, "grants used: " + resource.counter);
        resource.check();
        assertEquals(
                "0",
                sql(
                        store,
                        "SELECT count(*) FROM " + DriverFixture.ENTRIES
                                + " WHERE expires_at > clock_timestamp() + '1 s'"));
    }

    private static void mixed(DriverFixture client, Random random, Resource resource) throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Answer answer = client.enter(id, "mix");
        boolean repeated = random.nextInt(4) == 0;
        if (repeated) {
            answer = client.driver.enter(client.request(id, "mix", true, true));
        }
        for (int looks = random.nextInt(12); looks > 0 && answer instanceof Answer.Waiting waiting; looks--) {
            new CountDownLatch(1).await(waiting.recheckAfter().toNanos(), TimeUnit.NANOSECONDS);
            answer = client.look(id, "mix");
        }
        if (answer instanceof Answer.Granted granted && random.nextInt(8) != 0) {
            Grant grant = granted.grant();
            if (System.nanoTime() - grant.validFrom() < grant.leaseTime().toNanos() / 2) {
                resource.use(grant.token());
            }
            client.driver.renew(List.of(grant));
            client.release(grant);
        } else if (random.nextInt(3) != 0) {
            assertEquals(LeaveOutcome.GONE, client.driver.leave(client.request(id, "mix", true, repeated)));
        }
    }
}
