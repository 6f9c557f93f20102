package dev.holdfast.lock.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes the place of a server that died: hangs up on everybody, and counts. */
final class CountingListener implements AutoCloseable {
    private final ServerSocket listener;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Thread thread;

    CountingListener(RedisServer dead) throws Exception {
        dead.store().kill();
        this.listener = new ServerSocket(dead.port(), 200, InetAddress.getLoopbackAddress());
        this.thread = new Thread(this::hangUp);
        thread.start();
    }

    private void hangUp() {
        while (!listener.isClosed()) {
            try {
                listener.accept().close();
                accepted.incrementAndGet();
            } catch (IOException e) {
                return;
            }
        }
    }

    int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws Exception {
        listener.close();
        thread.join();
    }
}
