/**
 * Locks on Redis through Jedis.
 *
 * <p>Guarantees: S2 to S8 and S10; S1 except when the server loses data (restart without {@code appendfsync always},
 * failover, {@code FLUSHALL}) or its clock steps forward; L1 with a slack of 50 ms; L2 where the channel works; L5. The
 * page {@code docs/redis.md} has the layout, the messages, their crash points and the promises rule by rule.
 */
@NullMarked
package dev.holdfast.lock.redis;

import org.jspecify.annotations.NullMarked;
