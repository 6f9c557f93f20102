@NullMarked
package dev.holdfast.lock.zookeeper;

import org.jspecify.annotations.NullMarked;
