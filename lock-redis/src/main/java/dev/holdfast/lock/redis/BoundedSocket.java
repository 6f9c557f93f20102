package dev.holdfast.lock.redis;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose reads end by a deadline that is set for each request. A socket timeout alone bounds one read, and a
 * request takes several: connecting with Jedis reads up to three answers, TLS more, and a trickling answer any number.
 * Used by one thread at a time, but for {@link #close()}.
 */
final class BoundedSocket extends Socket {
    private volatile @Nullable Deadline deadline;

    /** All reads from now on are over by then; {@code null} lifts the bound. */
    void bound(@Nullable Deadline end) throws IOException {
        deadline = end;
        if (end == null) {
            setSoTimeout(0);
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                arm();
                return super.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                arm();
                return super.read(buffer, offset, length);
            }
        };
    }

    private void arm() throws IOException {
        Deadline end = deadline;
        if (end == null) {
            return;
        }
        if (end.isOver()) {
            throw new SocketTimeoutException("no answer in time");
        }
        setSoTimeout(end.millis());
    }
}
