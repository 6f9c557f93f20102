package dev.holdfast.lock.redis;

/**
 * A guard for data that lie in Redis themselves: a function for your own script, so that the token is compared in the
 * same atomic step as the data are read or written. It keeps the highest token seen in field {@code mark} of a hash, of
 * which any key will do; on a Cluster one in the slot of the data.
 *
 * <pre>{@code
 * String post = RedisGuard.LUA + """
 *         local mark = holdfast_guard(KEYS[1], ARGV[1])
 *         if mark then
 *           return redis.error_reply('STALE ' .. mark)
 *         end
 *         return redis.call('INCRBY', KEYS[2], ARGV[2])
 *         """;
 * jedis.eval(post, List.of("ledger:guard", "ledger"), List.of(Long.toString(lease.fencingToken()), "100"));
 * }</pre>
 *
 * <p>Call it before anything else in the script, in scripts that read as in those that write. Keep the hash for as long
 * as the data: without it the next token, however old, is accepted.
 */
public final class RedisGuard {
    /**
     * Defines {@code holdfast_guard(key, token)}: {@code nil} if the token is accepted, which the mark then is; the
     * mark if it is higher than the token. The token is a decimal number in a string.
     */
    public static final String LUA = RedisScript.read("guard");

    private RedisGuard() {}
}
