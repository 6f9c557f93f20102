package dev.holdfast.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Options of a client, the same on every store. Immutable, safe for use by several threads. What a URL says wins over
 * what is said here.
 */
public final class ClientOptions {
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final ClientOptions DEFAULTS = new ClientOptions(new Builder());

    private final String namespace;
    private final Duration leaseTime;
    private final Duration maxWait;
    private final Duration connectTimeout;
    private final Duration storeTimeout;
    private final Duration warnAfter;
    private final long tokenFloor;
    private final boolean shutdownHook;
    private final Optional<String> password;

    private ClientOptions(Builder from) {
        this.namespace = from.namespace;
        this.leaseTime = from.leaseTime;
        this.maxWait = from.maxWait;
        this.connectTimeout = from.connectTimeout;
        this.storeTimeout = from.storeTimeout;
        this.warnAfter = from.warnAfter;
        this.tokenFloor = from.tokenFloor;
        this.shutdownHook = from.shutdownHook;
        this.password = from.password;
    }

    /** Every option at its default. */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /** A builder in which every option has its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.namespace = namespace;
        builder.leaseTime = leaseTime;
        builder.maxWait = maxWait;
        builder.connectTimeout = connectTimeout;
        builder.storeTimeout = storeTimeout;
        builder.warnAfter = warnAfter;
        builder.tokenFloor = tokenFloor;
        builder.shutdownHook = shutdownHook;
        builder.password = password;
        return builder;
    }

    /** See {@link Builder#namespace}. */
    public String namespace() {
        return namespace;
    }

    /** See {@link Builder#leaseTime}. */
    public Duration leaseTime() {
        return leaseTime;
    }

    /** See {@link Builder#maxWait}. */
    public Duration maxWait() {
        return maxWait;
    }

    /** See {@link Builder#connectTimeout}. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** See {@link Builder#storeTimeout}. */
    public Duration storeTimeout() {
        return storeTimeout;
    }

    /** See {@link Builder#warnAfter}. */
    public Duration warnAfter() {
        return warnAfter;
    }

    /** See {@link Builder#tokenFloor}. */
    public long tokenFloor() {
        return tokenFloor;
    }

    /** See {@link Builder#shutdownHook}. */
    public boolean shutdownHook() {
        return shutdownHook;
    }

    Optional<String> password() {
        return password;
    }

    /** Collects options; each is checked when it is set. Not safe for use by several threads. */
    public static final class Builder {
        private String namespace = "holdfast";
        private Duration leaseTime = Duration.ofSeconds(15);
        private Duration maxWait = Duration.ofSeconds(30);
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration storeTimeout = Duration.ofSeconds(2);
        private Duration warnAfter = Duration.ofMinutes(10);
        private long tokenFloor;
        private boolean shutdownHook;
        private Optional<String> password = Optional.empty();

        private Builder() {}

        /** Keeps the locks of different applications in one store apart; 1 to 64 of {@code A-Za-z0-9._-}. */
        public Builder namespace(String name) {
            if (!NAMESPACE.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "namespace is 1 to 64 characters of A-Z a-z 0-9 . _ -, not '" + name + "'");
            }
            this.namespace = name;
            return this;
        }

        /**
         * How long a grant lasts without renewal, 15 s unless set, at most 24 h; a store rounds it up to what it can do
         * and refuses what is below its minimum. Renewed every third of it.
         */
        public Builder leaseTime(Duration time) {
            this.leaseTime = Durations.bounded("leaseTime", time);
            return this;
        }

        /** How long {@link DistributedLock#acquire()} waits, 30 s unless set. */
        public Builder maxWait(Duration wait) {
            this.maxWait = Durations.notNegative("maxWait", wait);
            return this;
        }

        /** Bound of opening, checks included, 5 s unless set. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = Durations.bounded("connectTimeout", timeout);
            return this;
        }

        /** Bound of one store request, 2 s unless set. */
        public Builder storeTimeout(Duration timeout) {
            this.storeTimeout = Durations.bounded("storeTimeout", timeout);
            return this;
        }

        /** A lease held longer than this is warned about once, with the place where it was acquired; 0 for never. */
        public Builder warnAfter(Duration time) {
            this.warnAfter = Durations.notNegative("warnAfter", time);
            return this;
        }

        /** Every fencing token is higher than this; for a swap from a store whose clock ran ahead. 0 for none. */
        public Builder tokenFloor(long token) {
            if (token < 0) {
                throw new IllegalArgumentException("tokenFloor must not be negative, and is " + token);
            }
            this.tokenFloor = token;
            return this;
        }

        /** Whether the client closes itself, and so releases its leases, when the JVM shuts down in order. */
        public Builder shutdownHook(boolean on) {
            this.shutdownHook = on;
            return this;
        }

        /** The store's password; kept out of every message. */
        public Builder password(String secret) {
            this.password = Optional.of(secret);
            return this;
        }

        /** The options as collected so far. */
        public ClientOptions build() {
            return new ClientOptions(this);
        }
    }
}
