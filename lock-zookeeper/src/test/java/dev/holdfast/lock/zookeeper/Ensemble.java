package dev.holdfast.lock.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Three ZooKeeper servers in JVMs of their own; killed at the end, and when this JVM ends. */
final class Ensemble implements AutoCloseable {
    private static final int SIZE = 3;

    private final Path directory;
    private final List<Integer> ports = freePorts(3 * SIZE);
    private final List<Process> servers = new ArrayList<>();
    private final Thread atExit = new Thread(() -> servers.forEach(Process::destroyForcibly));

    Ensemble() throws IOException {
        directory = Files.createTempDirectory("holdfast-ensemble");
        Runtime.getRuntime().addShutdownHook(atExit);
        for (int i = 0; i < SIZE; i++) {
            servers.add(start(i));
        }
    }

    String servers() {
        return ports.subList(0, SIZE).stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : held) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process start(int index) throws IOException {
        Path home = Files.createDirectories(directory.resolve("server" + index));
        Files.writeString(home.resolve("myid"), String.valueOf(index + 1));
        List<String> config = new ArrayList<>(List.of(
                "dataDir=" + home,
                "clientPort=" + ports.get(index),
                "tickTime=500",
                "initLimit=20",
                "syncLimit=4",
                "admin.enableServer=false",
                "4lw.commands.whitelist=*"));
        for (int i = 0; i < SIZE; i++) {
            config.add("server." + (i + 1) + "=127.0.0.1:" + ports.get(SIZE + i) + ":" + ports.get(2 * SIZE + i));
        }
        Path file = Files.write(home.resolve("zoo.cfg"), config);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(
                java,
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-Dzookeeper.forceSync=no",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                file.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
    }

    boolean serves() {
        Deadline deadline = Deadline.after(System::nanoTime, Duration.ofSeconds(2));
        for (int i = 0; i < SIZE; i++) {
            if (mode(i, deadline).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private String mode(int index, Deadline deadline) {
        try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), ports.get(index))) {
            socket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos()) + 1);
            socket.getOutputStream().write("srvr".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
            return answer.lines()
                    .filter(line -> line.startsWith("Mode: "))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    void killLeader() throws InterruptedException {
        Deadline deadline = Deadline.after(System::nanoTime, Duration.ofSeconds(5));
        for (int i = 0; i < SIZE; i++) {
            if (mode(i, deadline).equals("Mode: leader")) {
                servers.get(i).destroyForcibly().waitFor();
                return;
            }
        }
        throw new IllegalStateException("no leader");
    }

    @Override
    public void close() throws Exception {
        for (Process server : servers) {
            server.destroyForcibly().waitFor();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
