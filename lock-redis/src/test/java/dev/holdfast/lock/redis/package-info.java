/** Tests of the Redis driver; those that end in {@code IT} start a Redis server. */
@NullMarked
package dev.holdfast.lock.redis;

import org.jspecify.annotations.NullMarked;
