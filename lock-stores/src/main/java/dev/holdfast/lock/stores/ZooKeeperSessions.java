package dev.holdfast.lock.stores;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;

/**
 * Ends sessions of ZooKeeper's clients at the server, in its own protocol: by joining the session and closing it. The
 * password that this takes is the one that every server derives from the id of the session.
 */
public final class ZooKeeperSessions {
    private static final long SEED_OF_PASSWORDS = 0xB3415C00L;
    private static final int PASSWORD_BYTES = 16;
    private static final int CLOSE_SESSION = -11;

    private final String host;
    private final int port;
    private final int timeoutMillis;

    /** Connects to nothing yet; {@code timeout} bounds the connection and each answer. */
    public ZooKeeperSessions(String host, int port, Duration timeout) {
        this.host = host;
        this.port = port;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /**
     * Closes the session, and with it every ephemeral node that it has, without telling its client.
     *
     * @return whether it was there
     */
    public boolean close(long session) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            join(session, out);
            in.readInt(); // length of the answer
            in.readInt(); // version of the protocol
            if (in.readInt() <= 0) { // the time-out granted
                return false;
            }
            in.skipNBytes(Long.BYTES + Integer.BYTES + PASSWORD_BYTES + 1);
            out.writeInt(2 * Integer.BYTES);
            out.writeInt(1); // number of the request
            out.writeInt(CLOSE_SESSION);
            out.flush();
            in.readInt();
            return true;
        }
    }

    private void join(long session, DataOutputStream out) throws IOException {
        byte[] password = new byte[PASSWORD_BYTES];
        new Random(session ^ SEED_OF_PASSWORDS).nextBytes(password);
        out.writeInt(3 * Integer.BYTES + 2 * Long.BYTES + PASSWORD_BYTES + 1);
        out.writeInt(0); // version of the protocol
        out.writeLong(0); // last transaction seen
        out.writeInt(timeoutMillis);
        out.writeLong(session);
        out.writeInt(PASSWORD_BYTES);
        out.write(password);
        out.writeBoolean(false); // not read-only
        out.flush();
    }
}
