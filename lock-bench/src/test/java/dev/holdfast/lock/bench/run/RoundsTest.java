package dev.holdfast.lock.bench.run;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.bench.run.Contender.Client;
import dev.holdfast.lock.bench.run.Contender.Hand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** The harness over locks of this JVM, which need no store. */
class RoundsTest {
    private static final Plan PLAN = new Plan(6, Duration.ofMillis(1), Duration.ZERO);
    private static final int NO_PORT = 0;

    private final List<String> turns = Collections.synchronizedList(new ArrayList<>());
    private long readings;

    private Measured measure(String scenario, Contender... contenders) throws InterruptedException {
        Meter meter = () -> Meter.Reading.of(OptionalLong.of(readings++));
        Scenario wanted = Scenario.ALL.stream()
                .filter(one -> one.id().equals(scenario))
                .findFirst()
                .orElseThrow();
        return new Rounds(PLAN, meter, NO_PORT, step -> {}).measure(wanted, List.of(contenders));
    }

    private Contender contender(String name, Hand hand) {
        Client client = new Client() {
            @Override
            public Hand hand() {
                return hand;
            }

            @Override
            public void close() {}
        };
        return new Contender(name, Role.PEER, Set.of(Scenario.Kind.values()), leaseTime -> client);
    }

    private Hand lock(String name) {
        Lock lock = new ReentrantLock(true);
        return new Hand() {
            @Override
            public void acquire(String wanted) {
                lock.lock();
                if (turns.isEmpty() || !turns.get(turns.size() - 1).equals(name)) {
                    turns.add(name);
                }
            }

            @Override
            public void release() {
                lock.unlock();
            }
        };
    }

    @Test
    void everyContenderWorksInEveryRoundInAlternatingOrder() throws InterruptedException {
        Measured measured = measure(
                "uncontended-1-same", contender("a", lock("a")), contender("b", lock("b")), contender("c", lock("c")));

        assertAll(
                () -> assertEquals(List.of("a", "b", "c", "b", "a", "b", "c", "b", "a"), turns.subList(0, 9)),
                () -> assertTrue(measured.samples().values().stream().allMatch(samples -> samples.size() == 6)),
                () -> assertEquals("{}", measured.failures().toString()));
    }

    @Test
    void sampleHasItsFigures() throws InterruptedException {
        Measured measured = measure("contended-8-clients", contender("a", lock("a")));

        Sample sample = measured.samples().values().iterator().next().get(0);
        assertTrue(
                sample.figures()
                        .keySet()
                        .containsAll(Set.of(
                                Metric.HANDOVERS_PER_SECOND,
                                Metric.GRANTS_PER_SECOND,
                                Metric.HANDOVER_P50_US,
                                Metric.WAIT_P999_MS,
                                Metric.IN_ORDER_SHARE,
                                Metric.REQUESTS)),
                sample.figures().toString());
    }

    @Test
    void whoLetsTwoInIsFoundOut() throws InterruptedException {
        Hand open = new Hand() {
            @Override
            public void acquire(String name) {}

            @Override
            public void release() {}
        };

        Measured measured = measure("contended-8-clients", contender("open", open), contender("a", lock("a")));

        assertAll(
                () -> assertEquals(
                        1, measured.overlaps().size(), measured.overlaps().toString()),
                () -> assertEquals(Set.of("open"), measured.failures().keySet()),
                () -> assertEquals(1, measured.samples().size()));
    }

    @Test
    void whoFailsLeavesAndTheOthersGoOn() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Hand failing = new Hand() {
            @Override
            public void acquire(String name) throws IOException {
                if (calls.incrementAndGet() > 100) {
                    throw new IOException("away");
                }
            }

            @Override
            public void release() {}
        };

        Measured measured = measure("uncontended-1-fresh", contender("failing", failing), contender("a", lock("a")));

        assertAll(
                () -> assertEquals(
                        "{failing=java.io.IOException: away}",
                        measured.failures().toString()),
                () -> assertEquals(1, measured.samples().size()),
                () -> assertEquals(
                        6, measured.samples().values().iterator().next().size()));
    }
}
