package dev.holdfast.lock.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A socket that says at once that nothing has come. After every notification pgjdbc looks for a further one by a read
 * with the shortest timeout there is; the system rounds it up, and each grant would reach its waiter a millisecond
 * late.
 */
final class PromptSocket extends Socket {
    /** The timeout by which such a look is known; no other read has it. */
    private static final int LOOK_MILLIS = 1;

    /** What pgjdbc loads by its name, and must therefore be public. */
    public static final class Factory extends SocketFactory {
        /** Called by pgjdbc. */
        public Factory() {}

        @Override
        public Socket createSocket() {
            return new PromptSocket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port), null);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port), null);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            return connected(new InetSocketAddress(host, port), new InetSocketAddress(from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            return connected(new InetSocketAddress(host, port), new InetSocketAddress(from, fromPort));
        }

        private static Socket connected(InetSocketAddress to, @Nullable InetSocketAddress from) throws IOException {
            Socket socket = new PromptSocket();
            try {
                socket.bind(from);
                socket.connect(to);
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                look();
                return super.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                look();
                return super.read(buffer, offset, length);
            }

            private void look() throws IOException {
                if (getSoTimeout() == LOOK_MILLIS && in.available() == 0) {
                    throw new SocketTimeoutException("nothing has come");
                }
            }
        };
    }
}
