/** The launcher on every store, and the proxy on a plain echo server. */
@NullMarked
package dev.holdfast.lock.stores;

import org.jspecify.annotations.NullMarked;
