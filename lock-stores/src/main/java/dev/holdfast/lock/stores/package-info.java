/**
 * Starts, pauses, cuts and kills real stores of one or several servers for tests and comparisons. It uses the JDK only:
 * no client library of any store is needed, and none is loaded.
 *
 * <ul>
 *   <li>{@link dev.holdfast.lock.stores.StoreLauncher} finds a store (named directory, {@code PATH} and the usual
 *       directories, binaries from Maven Central) and starts it on a free port in a directory of its own;
 *   <li>{@link dev.holdfast.lock.stores.RunningStore} is one started store: its URL, its version, its request counter,
 *       and the faults that take a whole process: pause, kill, restart with and without its data;
 *   <li>{@link dev.holdfast.lock.stores.ClusterLauncher} starts stores of several servers,
 *       {@link dev.holdfast.lock.stores.RunningCluster} is one: its members, who of them leads, members that are cut
 *       off from their peers, a standby that is promoted;
 *   <li>{@link dev.holdfast.lock.stores.FaultProxy} sits between clients and a store for the faults of the network:
 *       latency, held bytes, refused and cut connections, and the lost reply of one chosen request
 *       ({@link dev.holdfast.lock.stores.LostReply});
 *   <li>{@link dev.holdfast.lock.stores.RespProbe}, {@link dev.holdfast.lock.stores.HttpProbe},
 *       {@link dev.holdfast.lock.stores.FourLetterProbe} and {@link dev.holdfast.lock.stores.PostgresProbe} speak just
 *       enough of each store's own protocol to ask whether it is ready, what it counted and what is left in it.
 * </ul>
 *
 * <p><b>Nothing is left behind</b>, even when this JVM is killed with SIGKILL. Each store's directory belongs to a
 * small shell process, its janitor ({@code janitor.sh}), in a session of its own. The janitor made the directory, and
 * waits for the end of its standard input, which comes when the store is closed and also when this JVM dies in any way.
 * It then kills the store with its child processes, paused or not, and removes the directory. Closing a store takes the
 * same path, so every test exercises it.
 *
 * <p>Needs a POSIX system (Linux or macOS): signals and {@code sh}.
 */
@NullMarked
package dev.holdfast.lock.stores;

import org.jspecify.annotations.NullMarked;
