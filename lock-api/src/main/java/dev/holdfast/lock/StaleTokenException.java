package dev.holdfast.lock;

/**
 * A fenced resource has seen a higher token: somebody was granted the lock after this holder, and has been here.
 * Nothing was changed by the request that was refused. The lease is over, whatever it says; the work done under it must
 * be begun anew. Resources of your own may throw it too.
 */
public final class StaleTokenException extends LockException {
    private static final long serialVersionUID = 1L;

    private final long token;
    private final long mark;

    /**
     * For a guard that refuses this token.
     *
     * @param resource what was to be read or written, for the message
     * @param token the token that was shown
     * @param mark the highest token seen, as far as the resource tells
     */
    public StaleTokenException(String resource, long token, long mark) {
        super(resource + " refused token " + token + ": a holder with token " + mark + " has been here", null);
        this.token = token;
        this.mark = mark;
    }

    /** The token that was refused. */
    public long token() {
        return token;
    }

    /** The highest token that the resource had seen; higher than {@link #token()}. */
    public long mark() {
        return mark;
    }
}
