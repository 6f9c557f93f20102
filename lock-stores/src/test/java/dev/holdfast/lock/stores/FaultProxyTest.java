package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.FaultProxy.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final EchoServer server = new EchoServer();
    private final FaultProxy proxy = new FaultProxy(Recipe.HOST, server.port());

    FaultProxyTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        return connect(proxy.port());
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        socket.connect(new InetSocketAddress(Ports.loopback(), port), 5_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String receive(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String exchange(Socket socket, String text) throws IOException {
        send(socket, text);
        return receive(socket, text.length());
    }

    private static void assertNothingArrives(Socket socket) throws IOException {
        socket.setSoTimeout(150);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        socket.setSoTimeout(5_000);
    }

    @Test
    void passesBytesAndTheEndOfStreamAndCounts() throws IOException {
        try (Socket socket = connect()) {
            assertEquals("hello", exchange(socket, "hello"));
            assertEquals("again", exchange(socket, "again"));
            assertEquals(1, proxy.connections());
            socket.shutdownOutput();
            assertEquals(-1, socket.getInputStream().read());
        }
        assertEquals(1, proxy.attempts());
        assertEquals(2, proxy.requests());
        Poll.until("connection closed", SOON, () -> proxy.connections() == 0 && server.connections() == 0);
    }

    @Test
    void passesMoreThanItsBuffersUnchanged() throws Exception {
        byte[] bytes = new byte[20 << 20];
        new Random(1).nextBytes(bytes);
        try (Socket socket = connect()) {
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            writer.start();
            assertTrue(Arrays.equals(bytes, socket.getInputStream().readAllBytes()));
            writer.join();
        }
    }

    @Test
    void latencyDelaysEachDirection() throws IOException {
        proxy.latency(Direction.TO_STORE, Duration.ofMillis(60));
        proxy.latency(Direction.TO_CLIENT, Duration.ofMillis(40));
        try (Socket socket = connect()) {
            long begin = System.nanoTime();
            assertEquals("ping", exchange(socket, "ping"));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(millis >= 100, "took " + millis + " ms");
            proxy.heal();
            begin = System.nanoTime();
            assertEquals("ping", exchange(socket, "ping"));
            assertTrue(System.nanoTime() - begin < 60_000_000L, "healed");
        }
    }

    @Test
    void delayedRequestsTravelTogether() throws IOException {
        proxy.latency(Direction.TO_STORE, Duration.ofMillis(300));
        try (Socket socket = connect()) {
            long begin = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                send(socket, "0123456789");
            }
            assertEquals(50, receive(socket, 50).length());
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(millis >= 300 && millis < 1_200, "took " + millis + " ms");
        }
    }

    @Test
    void blackHoleTowardsTheStoreHoldsRequestsUntilHealed() throws IOException {
        try (Socket socket = connect()) {
            assertEquals("a", exchange(socket, "a"));
            proxy.blackHole(Direction.TO_STORE);
            send(socket, "held");
            assertNothingArrives(socket);
            assertFalse(server.received().contains("held"));
            proxy.heal();
            assertEquals("held", receive(socket, 4));
        }
    }

    @Test
    void blackHoleTowardsTheClientHoldsAnswersOfAppliedRequests() throws IOException {
        try (Socket socket = connect()) {
            proxy.blackHole(Direction.TO_CLIENT);
            send(socket, "applied");
            Poll.until("applied", SOON, () -> server.received().contains("applied"));
            assertNothingArrives(socket);
            proxy.heal();
            assertEquals("applied", receive(socket, 7));
        }
    }

    @Test
    void refusedConnectionsAreResetAndCounted() throws IOException {
        try (Socket old = connect()) {
            assertEquals("a", exchange(old, "a"));
            proxy.refuseNew();
            for (int i = 0; i < 3; i++) {
                assertThrows(IOException.class, () -> {
                    try (Socket refused = connect()) {
                        exchange(refused, "x");
                        throw new AssertionError("an answer came through");
                    }
                });
            }
            assertEquals("b", exchange(old, "b"));
        }
        Poll.until("all attempts counted", SOON, () -> proxy.attempts() == 4);
        proxy.heal();
        try (Socket socket = connect()) {
            assertEquals("c", exchange(socket, "c"));
        }
    }

    @Test
    void resetBreaksBothSides() throws IOException {
        try (Socket socket = connect()) {
            assertEquals("a", exchange(socket, "a"));
            proxy.reset();
            assertThrows(SocketException.class, () -> socket.getInputStream().read());
            Poll.until("reset at the server", SOON, () -> server.received().contains("<reset>"));
            assertEquals(0, proxy.connections());
        }
    }

    @Test
    void finishEndsBothSidesInGoodOrder() throws IOException {
        try (Socket socket = connect()) {
            assertEquals("a", exchange(socket, "a"));
            proxy.finish();
            assertEquals(-1, socket.getInputStream().read());
            Poll.until("ended at the server", SOON, () -> server.connections() == 0);
            assertFalse(server.received().contains("<reset>"));
        }
        Poll.until("connection closed", SOON, () -> proxy.connections() == 0);
    }

    @Test
    void losesTheReplyOfTheMatchingRequestOnce() throws IOException {
        proxy.loseReply(LostReply.containing("EVALSHA abc"));
        try (Socket pings = connect();
                Socket socket = connect()) {
            assertEquals("PING", exchange(pings, "PING"));
            assertEquals("GET", exchange(socket, "GET"));
            assertThrows(SocketException.class, () -> exchange(socket, "EVALSHA abc 1"));
            assertEquals(1, proxy.repliesLost());
            assertTrue(server.received().contains("EVALSHA abc 1"));
            assertEquals("PING", exchange(pings, "PING"));
        }
        try (Socket again = connect()) {
            assertEquals("EVALSHA abc 1", exchange(again, "EVALSHA abc 1"));
        }
        assertEquals(1, proxy.repliesLost());
    }

    @Test
    void detainsTheMatchingRequestUntilHealed() throws IOException {
        try (Socket other = connect();
                Socket socket = connect()) {
            assertEquals("a", exchange(socket, "a"));
            proxy.detainRequest(LostReply.containing("late"));
            assertThrows(SocketException.class, () -> exchange(socket, "late"));
            assertEquals("b", exchange(other, "b"));
            assertFalse(server.received().contains("late"));
            proxy.heal();
            Poll.until("arrived", SOON, () -> server.received().contains("late"));
            assertEquals("late", exchange(other, "late"));
        }
        Poll.until("connections closed", SOON, () -> proxy.connections() == 0 && server.connections() == 0);
    }

    @Test
    void losesAsManyRepliesAsArmedAndNoneAfterHealing() throws IOException {
        proxy.loseReplies(5, LostReply.any());
        for (int i = 0; i < 2; i++) {
            try (Socket socket = connect()) {
                assertThrows(SocketException.class, () -> exchange(socket, "x"));
            }
        }
        proxy.heal();
        try (Socket socket = connect()) {
            assertEquals("x", exchange(socket, "x"));
        }
        assertEquals(2, proxy.repliesLost());
    }

    @Test
    void deadStoreResetsTheClient() throws IOException {
        int unused = Ports.take();
        try (FaultProxy toNobody = new FaultProxy(Recipe.HOST, unused)) {
            // The reset may come while the client still connects.
            assertThrows(SocketException.class, () -> {
                try (Socket socket = connect(toNobody.port())) {
                    socket.getInputStream().read();
                }
            });
            assertEquals(1, toNobody.attempts());
            assertEquals(0, toNobody.connections());
        } finally {
            Ports.giveBack(unused);
        }
    }

    @Test
    void closeLeavesNoThreadAndNoSocket() throws IOException {
        Socket socket = connect();
        assertEquals("a", exchange(socket, "a"));
        proxy.blackHole(Direction.TO_CLIENT);
        proxy.close();
        proxy.close();
        assertThrows(SocketException.class, () -> socket.getInputStream().read());
        assertThrows(IOException.class, () -> connect());
        String name = "fault-proxy-" + server.port();
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().equals(name)));
        proxy.heal();
        socket.close();
    }
}
