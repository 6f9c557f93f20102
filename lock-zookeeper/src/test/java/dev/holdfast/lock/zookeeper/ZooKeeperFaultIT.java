package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperBench.grant;
import static dev.holdfast.lock.zookeeper.ZooKeeperBench.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.FaultProxy.Direction;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lost replies, ghosts, stopped and killed servers. */
class ZooKeeperFaultIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private RunningStore store;
    private ZooKeeperBench bench;
    private FaultProxy proxy;
    private Opened faulty;
    private Opened rival;

    @BeforeEach
    void open() throws Exception {
        store = new StoreLauncher().start(StoreKind.ZOOKEEPER);
        bench = new ZooKeeperBench(store);
        proxy = FaultProxy.before(store);
        faulty = bench.open(store.urlVia(proxy.port()));
        rival = bench.open();
        faulty.driver().release(List.of(faulty.acquire("a"))); // the lock's parent is there
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        proxy.close();
        store.close();
    }

    private static void assertUnknown(StoreException failure) {
        assertEquals(StoreException.Kind.UNKNOWN, failure.kind(), failure.getMessage());
    }

    @Test
    void aLostReplyOfEnterLeavesOneGrant() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.loseReply(LostReply.of(StoreKind.ZOOKEEPER, id.value()));
        assertUnknown(assertThrows(StoreException.class, () -> faulty.enter(id, "a", true)));
        assertEquals(1, proxy.repliesLost());
        assertEquals(1, bench.entries().size());
        Grant grant = grant(eventually(() -> faulty.driver().enter(request(id, "a", true, true))));
        assertEquals(1, bench.entries().size());
        assertEquals(
                grant.token(),
                grant(faulty.driver().enter(request(id, "a", true, true))).token());
        assertEquals(List.of(ReleaseOutcome.RELEASED), faulty.driver().release(List.of(grant)));
        assertEquals(List.of(), bench.entries());
    }

    private interface Entering {
        Answer enter() throws InterruptedException;
    }

    private static Answer eventually(Entering entering) throws Exception {
        Answer[] answer = new Answer[1];
        Await.until("answered", SOON, () -> {
            try {
                answer[0] = entering.enter();
                return true;
            } catch (StoreException e) {
                return false;
            }
        });
        return answer[0];
    }

    @Test
    void aLostReplyOfEnterIsUndoneByLeave() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.loseReply(LostReply.of(StoreKind.ZOOKEEPER, id.value()));
        assertUnknown(assertThrows(StoreException.class, () -> faulty.enter(id, "a", true)));
        Await.until("gone", SOON, () -> leave(id) == LeaveOutcome.GONE);
        assertEquals(List.of(), bench.entries());
        grant(rival.enter(AcquisitionId.random(), "a", false));
    }

    private LeaveOutcome leave(AcquisitionId id) {
        return faulty.driver().leave(request(id, "a", true, true));
    }

    @Test
    void aLostReplyOfReleaseIsRepeatedInTheBackground() throws Exception {
        Grant grant = faulty.acquire("a");
        proxy.loseReply(LostReply.of(StoreKind.ZOOKEEPER, grant.id().value()));
        assertEquals(List.of(ReleaseOutcome.UNKNOWN), faulty.driver().release(List.of(grant)));
        assertEquals(List.of(), bench.entries());
        Await.until("settled", SOON, () -> faulty.driver()
                .release(List.of(grant))
                .equals(List.of(ReleaseOutcome.NOT_HELD)));
    }

    @Test
    void aReleaseThatNeverArrivedIsRepeatedToo() throws Exception {
        Grant grant = faulty.acquire("a");
        proxy.blackHole(Direction.TO_STORE);
        assertEquals(List.of(ReleaseOutcome.UNKNOWN), faulty.driver().release(List.of(grant)));
        proxy.reset();
        proxy.heal();
        Await.until("free", SOON, () -> bench.entries().isEmpty());
        assertInstanceOf(Answer.Granted.class, rival.enter(AcquisitionId.random(), "a", false));
    }

    @Test
    void aLostReplyOfRenewalKeepsTheGrant() throws Exception {
        Grant grant = faulty.acquire("a");
        proxy.loseReply(LostReply.of(StoreKind.ZOOKEEPER, "/locks/a/"));
        assertEquals(List.of(new Renewal.Unknown()), faulty.driver().renew(List.of(grant)));
        Await.until("renewed", SOON, () -> faulty.driver().renew(List.of(grant)).get(0) instanceof Renewal.Renewed);
        assertEquals(1, bench.entries().size());
    }

    @Test
    void aDelayedEnterTakesNoEffectAfterLeave() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.blackHole(Direction.TO_STORE);
        long begin = System.nanoTime();
        assertUnknown(assertThrows(StoreException.class, () -> faulty.enter(id, "a", true)));
        assertTrue(Duration.ofNanos(System.nanoTime() - begin).compareTo(ZooKeeperBench.STORE.plusMillis(300)) < 0);
        assertEquals(LeaveOutcome.UNKNOWN, leave(id));
        proxy.heal(); // the held enter arrives now
        Await.until("gone", SOON, () -> leave(id) == LeaveOutcome.GONE);
        assertEquals(List.of(), bench.entries());
        Await.never("a ghost", Duration.ofMillis(500), () -> !bench.entries().isEmpty());
    }

    @Test
    void anAnswerThatComesLateIsStillTheAnswer() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.blackHole(Direction.TO_CLIENT);
        assertUnknown(assertThrows(StoreException.class, () -> faulty.enter(id, "a", true)));
        String node = bench.entries().get(0);
        proxy.heal();
        grant(eventually(() -> faulty.driver().enter(request(id, "a", true, true))));
        assertEquals(List.of(node), bench.entries(), "neither lost nor queued twice");
    }

    @Test
    void aTransactionOfAFormerConnectionCannotQueue() throws Exception {
        CuratorFramework curator = bench.curator(store.port(), 3_000);
        String guard = bench.path() + "/sessions/ghost";
        bench.raw().create(guard, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, org.apache.zookeeper.CreateMode.PERSISTENT);
        ZooKeeperSession session =
                new ZooKeeperSession(curator.getZookeeperClient().getZooKeeper(), guard, System::nanoTime, new Deaf());
        ZooKeeperRequests requests = new ZooKeeperRequests(session, 0, ZooDefs.Ids.OPEN_ACL_UNSAFE);
        ZooKeeperLayout layout = new ZooKeeperLayout("", bench.path().substring(1));
        NamespaceRecord unread = new NamespaceRecord(1, "queue", 0, "");
        ZooKeeperLink former = new ZooKeeperLink(requests, layout, 0, new ZooKeeperLink.Scale(unread, 0));
        Deadline deadline = Deadline.after(System::nanoTime, SOON);
        assertTrue(ZooKeeperRequests.await(former.readScale(), deadline));
        dev.holdfast.lock.spi.LockName name = new dev.holdfast.lock.spi.LockName("a");
        assertInstanceOf(
                ZooKeeperLink.Queued.Placed.class,
                ZooKeeperRequests.await(former.queue(name, AcquisitionId.random(), false), deadline));
        bench.raw().setData(guard, new byte[0], -1); // as the preparation of the next connection does
        assertInstanceOf(
                ZooKeeperLink.Queued.Unprepared.class,
                ZooKeeperRequests.await(former.queue(name, AcquisitionId.random(), false), deadline));
        assertEquals(1, bench.entries().size());
    }

    @Test
    void anInterruptLeavesNothingBehind() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        proxy.latency(Direction.TO_CLIENT, Duration.ofMillis(300));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                faulty.enter(id, "a", true);
            } catch (InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        waiter.start();
        Await.until("sent", SOON, () -> !bench.entries().isEmpty());
        waiter.interrupt();
        assertInstanceOf(InterruptedException.class, ended.get(5, TimeUnit.SECONDS));
        Thread.currentThread().interrupt(); // giving back must not be cut short
        assertEquals(LeaveOutcome.GONE, leave(id));
        assertTrue(Thread.interrupted());
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aStoppedServerBoundsEveryCallAndIsNotStormed() throws Exception {
        Grant held = faulty.acquire("held");
        AcquisitionId id = AcquisitionId.random();
        store.pause();
        long attempts = proxy.attempts();
        Duration enter = Await.took(() -> assertThrows(StoreException.class, () -> faulty.enter(id, "a", true)));
        Duration renew = Await.took(() -> faulty.driver().renew(List.of(held)));
        Duration leave = Await.took(() -> leave(id));
        for (Duration took : List.of(enter, renew, leave)) {
            assertTrue(took.compareTo(ZooKeeperBench.STORE.plusMillis(300)) < 0, took.toString());
        }
        Await.until("lost", SOON, () -> faulty.context().lost.containsKey(held.id()));
        long begin = System.nanoTime();
        Await.never("attempts", Duration.ofSeconds(3), () -> proxy.attempts() - attempts > 20);
        double perSecond = (proxy.attempts() - attempts)
                / (Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1e3);
        assertTrue(perSecond < 5, perSecond + " attempts a second");
        store.resume();
        Await.until("gone", SOON, () -> leave(id) == LeaveOutcome.GONE);
        Await.until("the observer's own session", SOON, bench::seesTheStore);
        Await.until("free", SOON, () -> bench.entries().isEmpty());
        assertInstanceOf(Answer.Granted.class, rival.enter(AcquisitionId.random(), "held", false));
    }

    @Test
    void withoutAConnectionNothingIsExecuted() throws Exception {
        proxy.refuseNew();
        proxy.reset();
        AcquisitionId id = AcquisitionId.random();
        Await.until("down", SOON, () -> {
            StoreException failure = assertThrows(StoreException.class, () -> faulty.enter(id, "a", true));
            return failure.kind() == StoreException.Kind.NOT_EXECUTED
                    && failure.getMessage().contains("zookeeper://");
        });
        assertEquals(List.of(), bench.entries());
        proxy.heal();
        grant(eventually(() -> faulty.enter(id, "a", true)));
    }

    @Test
    void aGrantOutlivesACrashOfTheServer() throws Exception {
        Duration lease = Duration.ofSeconds(10); // the client library takes its time to connect again
        Opened holder = bench.open(store.url(), bench.context(lease, Map.of()));
        Opened next = bench.open(store.url(), bench.context(lease, Map.of()));
        Grant grant = holder.acquire("a");
        AcquisitionId waiter = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, next.enter(waiter, "a", true));
        store.restart();
        Await.until("renewed", SOON, () -> holder.driver().renew(List.of(grant)).get(0) instanceof Renewal.Renewed);
        assertInstanceOf(Answer.Waiting.class, eventually(() -> next.look(waiter, "a")));
        assertEquals(List.of(ReleaseOutcome.RELEASED), holder.driver().release(List.of(grant)));
        Await.until("woken", SOON, () -> next.context().looks.containsKey(waiter));
        assertTrue(grant(next.look(waiter, "a")).token() > grant.token());
    }

    @Test
    void tokensRiseOverTheLossOfAllData() throws Exception {
        Grant before = faulty.acquire("a");
        store.restartEmpty();
        Await.until("lost", SOON, () -> faulty.context().lost.containsKey(before.id()));
        assertEquals(LossReason.SESSION_LOST, faulty.context().lost.get(before.id()));
        Grant after = grant(eventually(() -> faulty.enter(AcquisitionId.random(), "a", true)));
        assertTrue(after.token() > before.token());
        Grant third = grant(eventually(() -> rival.enter(AcquisitionId.random(), "b", true)));
        assertTrue(third.token() > after.token());
    }

    @Test
    void aPairTakesTwoRoundTrips() throws Exception {
        proxy.latency(Direction.TO_STORE, Duration.ofMillis(50));
        proxy.latency(Direction.TO_CLIENT, Duration.ofMillis(50));
        Duration took = Await.took(() -> faulty.driver().release(List.of(faulty.acquire("a"))));
        assertTrue(took.toMillis() >= 200 && took.toMillis() < 280, took.toString());
    }
}
