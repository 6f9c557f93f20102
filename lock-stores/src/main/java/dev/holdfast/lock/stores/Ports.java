package dev.holdfast.lock.stores;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports from a range below the one the kernel takes outgoing connections from. Such a port stays free while its
 * store is down, so the store comes back on it.
 */
final class Ports {
    static final int LOWEST = 20_000;
    static final int HIGHEST = 32_767;
    private static final int TRIES = 200;
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port nobody listens on now and no other store of this JVM was given. */
    static int take() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (TAKEN.add(port)) {
                if (isFree(port)) {
                    return port;
                }
                TAKEN.remove(port);
            }
        }
        throw new StoreException("no free port between " + LOWEST + " and " + HIGHEST + " after " + TRIES + " tries");
    }

    static void giveBack(int port) {
        TAKEN.remove(port);
    }

    /** The address of every started store and proxy, also where the system prefers the other protocol. */
    static InetAddress loopback() {
        try {
            return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
