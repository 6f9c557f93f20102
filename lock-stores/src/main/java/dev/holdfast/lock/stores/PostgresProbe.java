package dev.holdfast.lock.stores;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks PostgreSQL's protocol 3.0 as far as simple queries without a password need it. The started
 * servers trust the account {@code postgres} on the loopback address. Not for use by several threads at once.
 */
public final class PostgresProbe implements AutoCloseable {
    /** The superuser of every started server. */
    public static final String SUPERUSER = "postgres";

    private static final int PROTOCOL_3_0 = 3 << 16;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;

    /**
     * Connects as the superuser and waits until the server is ready for queries.
     *
     * @param timeout bound of the connection and of each wait for the server
     */
    public PostgresProbe(String host, int port, String database, Duration timeout) throws IOException {
        try {
            int millis = Math.toIntExact(timeout.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(host, port), millis);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
            startUp(database);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void startUp(String database) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String word : List.of("user", SUPERUSER, "database", database, "application_name", "holdfast-probe")) {
            body.writeBytes(text(word));
        }
        body.write(0);
        out.writeInt(2 * Integer.BYTES + body.size());
        out.writeInt(PROTOCOL_3_0);
        body.writeTo(out);
        out.flush();
        untilReady();
    }

    /**
     * Runs SQL, several statements too, and returns the rows of all of them with every value as text.
     *
     * @throws IOException when the server reports an error, whose text is the message, or does not answer in time
     */
    public List<List<@Nullable String>> query(String sql) throws IOException {
        byte[] body = text(sql);
        out.writeByte('Q');
        out.writeInt(Integer.BYTES + body.length);
        out.write(body);
        out.flush();
        return untilReady();
    }

    /** The first column of the only row. */
    public String value(String sql) throws IOException {
        List<List<@Nullable String>> rows = query(sql);
        if (rows.size() != 1) {
            throw new IOException(rows.size() + " rows instead of one: " + sql);
        }
        return String.valueOf(rows.get(0).get(0));
    }

    private List<List<@Nullable String>> untilReady() throws IOException {
        List<List<@Nullable String>> rows = new ArrayList<>();
        String error = "";
        while (true) {
            char type = (char) in.readUnsignedByte();
            byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
            switch (type) {
                case 'D' -> rows.add(row(body));
                case 'E' -> error = message(body);
                case 'R' -> requireTrust(body);
                case 'Z' -> {
                    if (!error.isEmpty()) {
                        throw new IOException(error);
                    }
                    return rows;
                }
                default -> {
                    // Parameters, descriptions, notices and completions say nothing a probe asks for.
                }
            }
            if (type == 'E' && error.startsWith("FATAL")) {
                throw new IOException(error);
            }
        }
    }

    private static void requireTrust(byte[] body) throws IOException {
        boolean trusted = body[0] == 0 && body[1] == 0 && body[2] == 0 && body[3] == 0;
        if (!trusted) {
            throw new IOException("the server asks " + SUPERUSER + " for a password; a probe has none");
        }
    }

    private static List<@Nullable String> row(byte[] body) throws IOException {
        DataInputStream fields = new DataInputStream(new ByteArrayInputStream(body));
        List<@Nullable String> row = new ArrayList<>();
        for (int left = fields.readUnsignedShort(); left > 0; left--) {
            int length = fields.readInt();
            row.add(length < 0 ? null : new String(fields.readNBytes(length), StandardCharsets.UTF_8));
        }
        return row;
    }

    /** Severity, SQLSTATE and message of an ErrorResponse: a list of (letter, text). */
    private static String message(byte[] body) {
        List<String> fields =
                Stream.of(new String(body, StandardCharsets.UTF_8).split("\0")).toList();
        return Stream.of("V", "C", "M")
                .flatMap(letter ->
                        fields.stream().filter(f -> f.startsWith(letter)).limit(1))
                .map(field -> field.substring(1))
                .reduce((a, b) -> a + " " + b)
                .orElse("ERROR");
    }

    private static byte[] text(String value) {
        return (value + "\0").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
