package dev.holdfast.lock.stores;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Sends every chunk back and remembers it. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket acceptor = new ServerSocket();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> received = new CopyOnWriteArrayList<>();

    EchoServer() throws IOException {
        acceptor.bind(new InetSocketAddress(Ports.loopback(), 0));
        start(this::accept);
    }

    int port() {
        return acceptor.getLocalPort();
    }

    /** Chunks in the order of arrival. */
    List<String> received() {
        return received;
    }

    int connections() {
        return open.size();
    }

    private void accept() {
        while (!acceptor.isClosed()) {
            try {
                Socket socket = acceptor.accept();
                open.add(socket);
                start(() -> echo(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void echo(Socket socket) {
        byte[] buffer = new byte[1 << 16];
        try (socket) {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                received.add(new String(buffer, 0, n, StandardCharsets.UTF_8));
                socket.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException reset) {
            received.add("<reset>");
        } finally {
            open.remove(socket);
        }
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(body, "echo-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        acceptor.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
