/**
 * Locks in ZooKeeper. The only public class is {@link dev.holdfast.lock.zookeeper.ZooKeeperLocks}.
 *
 * <p>Guarantees: S1 and S8 under bounded clock rates over crashes, elections and partitions; S2 always, after loss of
 * all data with a client clock that is not below its own past; S4 from the last request that provably restarted the
 * session's timer on the leader; S5, S6, S7, S10; L1 within the lease time plus two ticks of the server; L2 by a watch
 * on the predecessor; L5 first come, first served. Limits: all locks of a client share one session and are lost with
 * it; an acquire whose node was never confirmed queues anew. Layout, sequences and crash points: {@code
 * docs/zookeeper.md}.
 */
@NullMarked
package dev.holdfast.lock.zookeeper;

import org.jspecify.annotations.NullMarked;
