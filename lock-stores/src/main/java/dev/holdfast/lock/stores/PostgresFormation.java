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
    private final List<StandbyRecipe> recipes = new ArrayList<>();
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
        StandbyRecipe recipe = new StandbyRecipe(program, cache, extraArgs);
        if (member == 1) {
            follow(recipe, member, before.get(0));
        }
        recipes.add(recipe);
        return recipe;
    }

    private void follow(StandbyRecipe recipe, int member, RunningStore primary) {
        PeerProxy proxy = PeerProxy.before(cut, first -> PEER_NAMES.get(member), 1 - member, primary.port());
        proxies.add(proxy);
        recipe.follow(primary, proxy.port());
    }

    /** A former primary comes back with nothing of its own, as a standby of the one that was promoted. */
    @Override
    public void restart(RunningStore member, List<RunningStore> members) throws IOException {
        int number = members.indexOf(member);
        RunningStore other = members.get(1 - number);
        if (!other.isAlive() || term(other).isEmpty()) {
            member.restart();
            return;
        }
        if (!StandbyRecipe.isStandby(member)) {
            follow(recipes.get(number), number, other);
            member.restartEmpty();
        } else {
            member.restart();
        }
        join(other, member);
    }

    @Override
    public void forget(List<RunningStore> members) {
        recipes.get(0).lead();
        follow(recipes.get(1), 1, members.get(0));
    }

    /** Only now, for before a standby is there a commit would wait for it; and only here, not in the standby's copy. */
    @Override
    public void join(List<RunningStore> members) throws IOException {
        join(members.get(0), members.get(1));
    }

    private void join(RunningStore leader, RunningStore standby) throws IOException {
        try (PostgresProbe primary = probe(leader, Recipe.PATIENCE)) {
            if (synchronous) {
                primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
                primary.query("SELECT pg_reload_conf()");
            }
            long deadline = System.nanoTime() + JOINED.toNanos();
            while (!primary.value(STATE).equals(wanted())) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException(
                            "the standby did not become " + wanted() + "; its last lines:\n" + standby.logTail());
                }
                primary.query("SELECT pg_sleep(0.01)");
            }
        }
    }

    private String wanted() {
        return synchronous ? "sync" : "async";
    }

    @Override
    public boolean isFollowed(RunningStore leader) throws IOException {
        try (PostgresProbe primary = probe(leader, SOON)) {
            return primary.value(STATE).equals(wanted());
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
