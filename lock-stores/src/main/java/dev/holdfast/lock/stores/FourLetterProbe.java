package dev.holdfast.lock.stores;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * ZooKeeper's four-letter commands, such as {@code srvr}, {@code mntr}, {@code dump} (sessions with their ephemeral
 * nodes) and {@code wchp} (watches). Each takes a connection of its own, as the protocol demands.
 */
public final class FourLetterProbe {
    private final String host;
    private final int port;
    private final int timeoutMillis;

    /** Connects to nothing yet; {@code timeout} bounds the connection and the answer of each command. */
    public FourLetterProbe(String host, int port, Duration timeout) {
        this.host = host;
        this.port = port;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /** The whole answer to one command. */
    public String ask(String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** One figure of {@code mntr}, such as {@code zk_znode_count}. */
    public long figure(String name) throws IOException {
        return ask("mntr")
                .lines()
                .filter(line -> line.startsWith(name + "\t"))
                .map(line -> line.substring(name.length() + 1).strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IOException("mntr has no figure " + name));
    }
}
