package dev.holdfast.lock.cli;

import java.util.concurrent.atomic.AtomicLong;

/** What the examples of the README take for granted: an application. */
public final class ReadmePrelude {
    /** A resource that rejects older tokens. */
    public static final class Invoices {
        private final AtomicLong highest = new AtomicLong();

        /** Accepts the write, or throws. */
        public void write(String invoice, long token) {
            if (highest.accumulateAndGet(token, Math::max) > token) {
                throw new IllegalStateException("invoice " + invoice + ": token " + token + " is too old");
            }
        }
    }

    /** Some work. */
    public static final class Job {
        /** Does it. */
        public String run(long token) {
            return "report " + token;
        }

        /** Ends it. */
        public void abort(Object reason) {
            System.getLogger("readme").log(System.Logger.Level.DEBUG, reason);
        }
    }

    /** Seen by the examples. */
    public static final Invoices invoices = new Invoices();

    /** Seen by the examples. */
    public static final Job job = new Job();

    private ReadmePrelude() {}
}
