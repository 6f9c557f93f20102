/**
 * Locks in PostgreSQL, in two modes with the same tables. {@code Advisory*}: a lock is an advisory lock of a session,
 * whose idle time-out is the lease. The others, mode {@code row}: a lock is a row, its holders and waiters are rows,
 * every request is one SQL statement. Protocol, stored layout and crash points: {@code docs/postgresql.md}.
 *
 * <p>Guarantees of mode row on one server, or a primary with synchronous standbys, with {@code fsync} and {@code
 * synchronous_commit} on: S1, S2, S4 to S8, S10, L1, L3, L5, L6, all of them over a crash and restart. S3 with a
 * resource that checks the fencing token. Not S1 when an asynchronous standby is promoted, when the server's clock
 * jumps, or when {@code fsync} is off; S2 holds even then unless the clock is also below its own past.
 *
 * <p>Guarantees of mode advisory: S1 and L1 while the server runs, S2 to S8, S10, L2, L3, L6. Not S1 over a restart or
 * fail-over, which free every lock, and not L5.
 */
@NullMarked
package dev.holdfast.lock.postgres;

import org.jspecify.annotations.NullMarked;
