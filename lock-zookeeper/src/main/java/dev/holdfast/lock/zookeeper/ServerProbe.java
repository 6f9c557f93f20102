package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a server with the four-letter word {@code srvr} what it is, before any session is opened. */
final class ServerProbe {
    /** What an administrator reads when nothing could be asked. */
    static final String UNKNOWN = "unknown";

    private static final Pattern VERSION = Pattern.compile("Zookeeper version: (\\d+)\\.(\\d+)[^-,\\s]*");
    private static final String PREFIX = "Zookeeper version: ";
    private static final int LONGEST_ANSWER = 2048;

    private final String store;

    ServerProbe(String store) {
        this.store = store;
    }

    /**
     * Version of the first server that answers; empty if servers can be reached but do not say.
     *
     * @throws StoreException if no server can be reached, it is no ZooKeeper, or too old
     */
    Optional<String> version(List<LockUrl.Host> servers, Deadline deadline) {
        IOException failure = null;
        for (int i = 0; i < servers.size(); i++) {
            long share = deadline.remainingNanos() / 2 / (servers.size() - i);
            try {
                LockUrl.Host server = servers.get(i);
                String answer = ask(server, Math.max(1, TimeUnit.NANOSECONDS.toMillis(share)));
                if (!answer.isEmpty()) {
                    return read(answer, server);
                }
                failure = new IOException(server + " ends connections without an answer: it is another kind of server,"
                        + " has too many connections (maxClientCnxns), or wants client.zookeeper.client.secure=true");
            } catch (IOException e) {
                failure = e;
            }
        }
        throw StoreException.notExecuted(
                store + ": cannot connect (" + (failure == null ? "no server given" : failure.getMessage())
                        + "). Check that the server runs, host and port",
                failure);
    }

    private static String ask(LockUrl.Host server, long millis) throws IOException {
        int timeout = (int) Math.min(millis, 2_000);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.name(), server.port()), timeout);
            socket.setSoTimeout(timeout);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] answer =
                    in.readNBytes(PREFIX.length()); // the first line is enough, and a stream without end harmless
            if (!new String(answer, StandardCharsets.US_ASCII).equals(PREFIX)) {
                return new String(answer, StandardCharsets.ISO_8859_1);
            }
            return PREFIX + new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.ISO_8859_1);
        }
    }

    private Optional<String> read(String answer, LockUrl.Host server) {
        Matcher version = VERSION.matcher(answer);
        if (version.lookingAt()) {
            int major = Integer.parseInt(version.group(1));
            int minor = Integer.parseInt(version.group(2));
            if (major < 3 || (major == 3 && minor < 6)) {
                throw StoreException.refused(
                        store + ": server " + server + " is ZooKeeper "
                                + version.group().substring(PREFIX.length()) + "; 3.6.0 or newer is needed",
                        null);
            }
            return Optional.of(version.group().substring(PREFIX.length()));
        }
        if (answer.startsWith("srvr is not exec") || answer.startsWith("This ZooKeeper")) {
            return Optional.empty(); // not in 4lw.commands.whitelist; or without a quorum, which may come
        }
        throw StoreException.refused(
                store + ": " + server + " speaks another protocol than ZooKeeper. Check the port (clientPort)", null);
    }
}
