package dev.holdfast.lock.bench.run;

import com.sun.management.OperatingSystemMXBean;
import dev.holdfast.lock.bench.run.Contender.Client;
import dev.holdfast.lock.bench.run.Contender.Hand;
import dev.holdfast.lock.bench.run.Meter.Reading;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One client takes many leases and keeps them for some renewal intervals. */
final class HoldingTurn {
    /** The contenders of this scenario set their lease time to this... */
    static final Duration LEASE_TIME = Duration.ofSeconds(6);

    /** ... and renew every third of it. */
    private static final int INTERVALS = 2;

    private static final long INTERVAL_NANOS = LEASE_TIME.dividedBy(3).toNanos();
    private static final int WARM_UP = 2_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Scenario scenario;
    private final Contender contender;
    private final Meter meter;
    private final int port;
    private final String prefix;

    HoldingTurn(Scenario scenario, Contender contender, Meter meter, int port, String prefix) {
        this.scenario = scenario;
        this.contender = contender;
        this.meter = meter;
        this.port = port;
        this.prefix = prefix;
    }

    Sample run() throws Exception {
        Footprint none = Footprint.atRest(port);
        try (Client client = contender.opening().open(LEASE_TIME)) {
            warmUp(client);
            Hand first = client.hand();
            first.acquire(prefix + "-first");
            pause(INTERVAL_NANOS); // the first renewal may start a thread
            Footprint one = Footprint.atRest(port);
            long begin = System.nanoTime();
            List<Hand> hands = take(client, scenario.leases() - 1);
            Sample sample = new Sample();
            sample.put(Metric.SECONDS_TO_TAKE, (System.nanoTime() - begin) / NANOS_PER_SECOND);
            Footprint all = Footprint.atRest(port);
            sample.put(Metric.HEAP_BYTES_PER_LEASE, (all.heapBytes() - one.heapBytes()) / (double) hands.size());
            sample.count(Metric.THREADS, all.threads() - none.threads());
            sample.count(Metric.THREADS_MORE, all.threads() - one.threads());
            if (all.connections().isPresent() && one.connections().isPresent()) {
                sample.count(
                        Metric.CONNECTIONS,
                        all.connections().getAsLong() - none.connections().orElse(0));
                sample.count(
                        Metric.CONNECTIONS_MORE,
                        all.connections().getAsLong() - one.connections().getAsLong());
            }
            watch(sample);
            hands.add(first); // and so everything is reachable until here
            long lost = hands.stream().filter(hand -> !hand.isHeld()).count();
            if (lost > 0) {
                throw new IllegalStateException(lost + " of " + hands.size() + " leases were lost");
            }
            return sample;
        }
    }

    private List<Hand> take(Client client, int leases) throws Exception {
        List<Hand> hands = Collections.synchronizedList(new ArrayList<>(leases));
        Crew.work(scenario.workers(), worker -> {
            for (int lease = worker; lease < leases; lease += scenario.workers()) {
                Hand hand = client.hand();
                hand.acquire(prefix + "-held-" + lease);
                hands.add(hand);
            }
            return worker;
        });
        return hands;
    }

    /** So that classes, threads and connections are there before anything is counted. */
    private void warmUp(Client client) throws Exception {
        Crew.work(scenario.workers(), worker -> {
            try (Hand hand = client.hand()) {
                for (int i = 0; i < WARM_UP / scenario.workers(); i++) {
                    hand.acquire(prefix + "-warm-" + worker + "-" + i);
                    hand.release();
                }
            }
            return worker;
        });
    }

    private void watch(Sample sample) throws Exception {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long nanos = INTERVAL_NANOS * INTERVALS;
        Reading before = meter.read();
        long cpu = system.getProcessCpuTime();
        pause(nanos);
        cpu = system.getProcessCpuTime() - cpu;
        Reading after = meter.read();
        if (before.calls().isPresent() && after.calls().isPresent()) {
            long calls = after.calls().getAsLong() - before.calls().getAsLong();
            sample.put(Metric.CALLS_PER_INTERVAL, calls / (double) INTERVALS);
        }
        if (before.requests().isPresent() && after.requests().isPresent()) {
            long requests = after.requests().getAsLong() - before.requests().getAsLong();
            sample.put(Metric.REQUESTS_PER_INTERVAL, requests / (double) INTERVALS);
        }
        sample.put(Metric.CPU_MS_PER_SECOND, cpu / (double) TimeUnit.MILLISECONDS.toNanos(1) * 1e9 / nanos);
    }

    private static void pause(long nanos) throws InterruptedException {
        boolean never = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
        assert !never;
    }
}
