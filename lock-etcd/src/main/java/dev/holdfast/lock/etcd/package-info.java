/**
 * Locks in etcd: a queue of entries per lock under one kept-alive session lease per client.
 *
 * <p>Guarantees (rule ids of the specification): S1 over crashes, restarts and the loss of a minority of members, under
 * a bounded clock rate; S2 and S3 always inside one store, and over a loss of data as long as the clock is not below
 * its own past; S4 to S8, S10; L1 with 2 s of slack; L2 by watch; L5. Limits: one session carries all leases of a
 * client, so they are lost together; S1 does not hold over a loss of data, nor with servers older than 3.4.31 and
 * 3.5.13 whose paused leader resumes. Stored layout and messages: {@code docs/etcd.md}.
 */
@NullMarked
package dev.holdfast.lock.etcd;

import org.jspecify.annotations.NullMarked;
