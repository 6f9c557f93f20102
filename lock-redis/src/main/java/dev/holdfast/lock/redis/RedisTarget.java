package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;

/** Where the server to connect to is now. Safe for use by several threads. */
@FunctionalInterface
interface RedisTarget {
    /** Its host and port; asked anew for every connection, since a primary may move. */
    LockUrl.Host find(Deadline deadline) throws IOException, InterruptedException;
}
