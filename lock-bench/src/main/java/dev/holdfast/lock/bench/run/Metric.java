package dev.holdfast.lock.bench.run;

import java.util.Locale;

/** What a turn yields. */
public enum Metric {
    PAIR_P50_US("pair p50 µs"),
    PAIR_P99_US("pair p99 µs"),
    ACQUIRE_P50_US("acquire p50 µs"),
    RELEASE_P50_US("release p50 µs"),
    PAIRS_PER_SECOND("pairs/s"),

    HANDOVERS_PER_SECOND("hand-overs/s"),
    GRANTS_PER_SECOND("grants/s"),
    /** From the call of release until a different worker, who waited already, returns from acquire. */
    HANDOVER_P50_US("hand-over p50 µs"),
    HANDOVER_P99_US("hand-over p99 µs"),
    WAIT_P999_MS("wait p99.9 ms"),
    WAIT_MAX_MS("wait max ms"),
    /** The same, in units of N / (grants per second), which is what a fair queue of N makes everybody wait. */
    WAIT_P999_IN_ROUNDS("wait p99.9 in N/g"),
    /** Share of grants before which nobody waited who had called {@link HotName#CERTAIN} earlier. */
    IN_ORDER_SHARE("in order"),
    /** Share of grants before which nobody waited who had called earlier at all. */
    IN_CALL_ORDER_SHARE("in call order"),

    /** Requests at the store per pair, or per grant. */
    REQUESTS("requests"),
    /** Messages from the store that answer no request, per grant. */
    PUSHES("pushes"),
    /** Flushes to the disk of the store per pair, or per grant. */
    FLUSHES("flushes"),

    REQUESTS_PER_INTERVAL("requests/interval"),
    CALLS_PER_INTERVAL("script calls/interval"),
    THREADS_MORE("threads more than with 1 lease"),
    CONNECTIONS_MORE("connections more than with 1 lease"),
    THREADS("client threads"),
    CONNECTIONS("connections"),
    HEAP_BYTES_PER_LEASE("heap bytes/lease"),
    CPU_MS_PER_SECOND("JVM CPU ms/s"),
    SECONDS_TO_TAKE("s to take all");

    private final String title;

    Metric(String title) {
        this.title = title;
    }

    /** Its name in tables. */
    public String title() {
        return title;
    }

    /** Its name in goals and in JSON. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
