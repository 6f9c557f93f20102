package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Several servers that form one store, started by {@link ClusterLauncher}. Each member is a {@link RunningStore}, to be
 * paused, resumed and killed by itself; what concerns several of them is here. Safe for use by several threads, but
 * faults of one member must not overlap. Members that were paused, killed or cut off can be closed as they are.
 */
public final class RunningCluster implements AutoCloseable {
    private static final Duration ELECTION = Duration.ofSeconds(30);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Formation formation;
    private final PeerCut cut;
    private final List<RunningStore> members;
    private final List<String> peerNames = new ArrayList<>();
    private volatile long knownTerm = Long.MIN_VALUE;

    /** Starts all members; leaves nothing behind if one does not start. */
    RunningCluster(Formation formation, PeerCut cut) {
        this.formation = formation;
        this.cut = cut;
        this.members = new ArrayList<>();
        try {
            start();
            for (int i = 0; i < members.size(); i++) {
                peerNames.add(formation.peerName(i, members));
            }
            formation.join(members);
        } catch (IOException | RuntimeException e) {
            close();
            throw e instanceof StoreException known ? known : failed("cannot start", e);
        }
    }

    private static StoreException failed(String what, Exception cause) {
        return new StoreException(what + ": " + cause.getMessage(), cause);
    }

    private void start() {
        if (!formation.needsQuorum()) {
            for (int i = 0; i < formation.size(); i++) {
                members.add(new RunningStore(formation.recipe(i, members)));
            }
            return;
        }
        List<CompletableFuture<RunningStore>> starts = new ArrayList<>();
        for (int i = 0; i < formation.size(); i++) {
            Recipe recipe = formation.recipe(i, List.of());
            starts.add(async("start-" + i, () -> new RunningStore(recipe)));
        }
        awaitAll(starts, members::add);
    }

    private interface Step<T> {
        T run();
    }

    private static <T> CompletableFuture<T> async(String name, Step<T> step) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        future.complete(step.run());
                    } catch (RuntimeException | Error e) {
                        future.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    /** Hands over every result, also when another one failed. */
    private static <T> void awaitAll(List<CompletableFuture<T>> futures, Consumer<T> results) {
        CompletionException failure = null;
        for (CompletableFuture<T> future : futures) {
            try {
                results.accept(future.join());
            } catch (CompletionException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure.getCause() instanceof StoreException known ? known : failure;
        }
    }

    public StoreKind kind() {
        return members.get(0).kind();
    }

    /** The version that the members report. */
    public String version() {
        return members.get(0).version();
    }

    /** The members, always in the same order; of a PostgreSQL primary and standby, the first primary comes first. */
    public List<RunningStore> members() {
        return List.copyOf(members);
    }

    /** The members but this one. */
    public List<RunningStore> others(RunningStore member) {
        return members.stream().filter(other -> other != member).toList();
    }

    /** The URL of the store in Holdfast's syntax, with all members. */
    public String url() {
        return urlVia(members.stream().map(RunningStore::port).toList());
    }

    /** The same URL with other ports, such as those of {@link FaultProxy}s before some members. */
    public String urlVia(List<Integer> ports) {
        RunningStore first = members.get(0);
        String hosts = ports.stream().map(port -> first.host() + ":" + port).collect(Collectors.joining(","));
        return first.url().replace(first.host() + ":" + first.port(), hosts);
    }

    /**
     * Who leads now; waits for an election under way. A leader that is paused does not say so and is none; one that is
     * cut off may believe in itself until it finds out, or until another one leads in a later term.
     *
     * @throws StoreException when nobody leads within 30 seconds
     */
    public RunningStore leader() {
        return leaderAmong(members, Long.MIN_VALUE);
    }

    /** Who leads after this one, in a later term than any that {@link #leader} has seen; waits for the election. */
    public RunningStore leaderAfter(RunningStore former) {
        return leaderAmong(others(former), knownTerm);
    }

    private RunningStore leaderAmong(List<RunningStore> candidates, long after) {
        long deadline = System.nanoTime() + ELECTION.toNanos();
        while (System.nanoTime() - deadline < 0) {
            RunningStore leader = null;
            long highest = after;
            for (RunningStore member : candidates) {
                OptionalLong term = term(member);
                if (term.isPresent() && term.getAsLong() > highest) {
                    leader = member;
                    highest = term.getAsLong();
                }
            }
            if (leader != null) {
                knownTerm = Math.max(knownTerm, highest);
                return leader;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        throw new StoreException(
                "nobody led the " + kind().scheme() + " cluster within " + ELECTION.toSeconds() + " s");
    }

    private OptionalLong term(RunningStore member) {
        try {
            return member.isAlive() ? formation.term(member) : OptionalLong.empty();
        } catch (IOException pausedOrOnItsWay) {
            return OptionalLong.empty();
        }
    }

    /**
     * Waits until every member serves and exactly one leads, and the others follow it: after a fault has ended, a
     * former leader may believe in itself for a while, and a PostgreSQL primary may wait for its standby.
     *
     * @throws StoreException when that does not come within 30 seconds
     */
    public void awaitWhole() {
        long deadline = System.nanoTime() + ELECTION.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() - deadline > 0) {
                throw new StoreException(
                        "the " + kind().scheme() + " cluster was not whole within " + ELECTION.toSeconds() + " s");
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    private boolean isWhole() {
        List<RunningStore> leaders =
                members.stream().filter(member -> term(member).isPresent()).toList();
        try {
            return members.stream().allMatch(RunningStore::serves)
                    && leaders.size() == 1
                    && formation.isFollowed(leaders.get(0));
        } catch (IOException onItsWay) {
            return false;
        }
    }

    /**
     * Cuts a member off from its peers, from now until {@link #rejoin}: what they send each other is held back, and
     * connections stay, as when a network drops every packet. Clients still reach it. The standby of PostgreSQL does
     * not hear of its primary any more, whichever of the two is cut off.
     */
    public void isolate(RunningStore member) {
        int number = members.indexOf(member);
        cut.isolate(number, peerNames.get(number));
    }

    /** Ends every {@link #isolate}; what was held back is delivered. */
    public void rejoin() {
        cut.heal();
    }

    /** Starts these members again on their ports and data, all at once, and returns when they serve. */
    public void restart(List<RunningStore> stopped) {
        List<CompletableFuture<Boolean>> restarts = new ArrayList<>();
        for (RunningStore member : stopped) {
            restarts.add(async("restart-" + member.port(), () -> {
                try {
                    formation.restart(member, members);
                } catch (IOException e) {
                    throw failed("cannot restart " + member, e);
                }
                return true;
            }));
        }
        awaitAll(restarts, done -> {});
    }

    /** Kills all members and starts them with nothing left of their data; the first one leads PostgreSQL then. */
    public void restartEmpty() {
        members.forEach(RunningStore::kill);
        formation.forget(members);
        knownTerm = Long.MIN_VALUE;
        if (formation.needsQuorum()) {
            List<CompletableFuture<Boolean>> restarts = new ArrayList<>();
            members.forEach(member -> restarts.add(async("empty-" + member.port(), () -> {
                member.restartEmpty();
                return true;
            })));
            awaitAll(restarts, done -> {});
        } else {
            members.forEach(RunningStore::restartEmpty);
        }
        try {
            formation.join(members);
        } catch (IOException e) {
            throw failed("cannot join", e);
        }
    }

    /**
     * Makes the standby of PostgreSQL a primary, and returns when it takes writes. Its former primary must be dead, and
     * stay so: started again it would take writes, too.
     */
    public void promote(RunningStore standby) {
        try {
            formation.promote(standby);
        } catch (IOException e) {
            throw failed("cannot promote " + standby, e);
        }
    }

    /** Ends all members and what is between them, and removes their directories. Idempotent. */
    @Override
    public void close() {
        cut.close();
        formation.proxies().forEach(PeerProxy::close);
        members.forEach(RunningStore::close);
        formation.close();
    }

    @Override
    public String toString() {
        return members.size() + " members: " + members;
    }
}
