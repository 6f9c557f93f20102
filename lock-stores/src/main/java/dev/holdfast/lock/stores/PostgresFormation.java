package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A PostgreSQL primary and one streaming standby, which replicates through a {@link PeerProxy}. */
final class PostgresFormation implements Formation {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration JOINED = Duration.ofSeconds(30);
    private static final List<String> PEER_NAMES = List.of("primary", "standby");
    private static final String STATE =
            "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication" + " WHERE state = 'streaming'";

    /** The timeline of a server that writes: every promotion begins the next one. */
    private static final String TIMELINE =
            "SELECT CASE WHEN pg_is_in_recovery() THEN ''" + " ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END";

    private final Path program;
    private final Cache cache;
    private final boolean synchronous;
    private final List<String> extraArgs;
    private final PeerCut cut;
    private final List<PeerProxy> proxies = new ArrayList<>();

    PostgresFormation(Path program, Cache cache, boolean synchronous, List<String> extraArgs, PeerCut cut) {
        this.program = program;
        this.cache = cache;
        this.synchronous = synchronous;
        this.extraArgs = extraArgs;
        this.cut = cut;
    }

    @Override
    public int size() {
        return PEER_NAMES.size();
    }

    @Override
    public boolean needsQuorum() {
        return false;
    }

    @Override
    public Recipe recipe(int member, List<RunningStore> before) {
        if (member == 0) {
            return new PostgresRecipe(program, cache, extraArgs);
        }
        RunningStore primary = before.get(0);
        PeerProxy proxy = PeerProxy.before(cut, first -> PEER_NAMES.get(1), 0, primary.port());
        proxies.add(proxy);
        return new StandbyRecipe(program, cache, primary, proxy.port(), extraArgs);
    }

    /** Only now, for before a standby is there a commit would wait for it; and only here, not in the standby's copy. */
    @Override
    public void join(List<RunningStore> members) throws IOException {
        try (PostgresProbe primary = probe(members.get(0), Recipe.PATIENCE)) {
            if (synchronous) {
                primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
                primary.query("SELECT pg_reload_conf()");
            }
            String wanted = synchronous ? "sync" : "async";
            long deadline = System.nanoTime() + JOINED.toNanos();
            while (!primary.value(STATE).equals(wanted)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("the standby did not become " + wanted + "; its last lines:\n"
                            + members.get(1).logTail());
                }
                primary.query("SELECT pg_sleep(0.01)");
            }
        }
    }

    private static PostgresProbe probe(RunningStore member, Duration timeout) throws IOException {
        return new PostgresProbe(member.host(), member.port(), "postgres", timeout);
    }

    @Override
    public OptionalLong term(RunningStore member) throws IOException {
        try (PostgresProbe probe = probe(member, SOON)) {
            String timeline = probe.value(TIMELINE);
            return timeline.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(timeline, 16));
        }
    }

    @Override
    public String peerName(int member, List<RunningStore> members) {
        return PEER_NAMES.get(member);
    }

    @Override
    public void promote(RunningStore member) throws IOException {
        try (PostgresProbe probe = probe(member, JOINED)) {
            if (!probe.value("SELECT pg_promote(true, 25)").equals("t")) {
                throw new IOException("it was not promoted in time; its last lines:\n" + member.logTail());
            }
        }
    }

    @Override
    public List<PeerProxy> proxies() {
        return proxies;
    }
}
