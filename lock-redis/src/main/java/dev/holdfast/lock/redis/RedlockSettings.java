package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a URL and its parameters say about a Redlock.
 *
 * @param leaseTime how long a server keeps a grant without renewal, in whole milliseconds
 * @param maxLease the longest lease time of any client, the same for all of them: how long a server that may have
 *     forgotten its grants makes no new one
 * @param clockJump by how much a minority of the servers' clocks may jump while a lease is held; taken off its validity
 * @param nodeTimeout how long an undecided request waits for the servers that have not answered
 */
record RedlockSettings(
        List<RedisAddress> servers, Duration leaseTime, Duration maxLease, Duration clockJump, Duration nodeTimeout) {
    static final String MAX_LEASE = "maxLease";
    static final String CLOCK_JUMP = "clockJump";
    static final String NODE_TIMEOUT = "nodeTimeout";
    static final Set<String> PARAMETERS = Set.of(MAX_LEASE, CLOCK_JUMP, NODE_TIMEOUT);

    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s)");

    RedlockSettings {
        servers = List.copyOf(servers);
    }

    /** @throws IllegalArgumentException naming what is wrong and what would be right */
    static RedlockSettings of(LockUrl url, DriverOptions options) {
        List<LockUrl.Host> hosts =
                url.hosts().stream().map(host -> host.orPort(6379)).toList();
        if (hosts.size() < 3 || hosts.size() % 2 == 0) {
            throw new IllegalArgumentException("redlock: takes an odd number of independent servers, three at least, "
                    + "for example redlock://a:6379,b:6379,c:6379, not '" + url + "'");
        }
        if (Set.copyOf(hosts).size() != hosts.size()) {
            throw new IllegalArgumentException("redlock: names a server twice: '" + url + "'");
        }
        Map<String, String> parameters = options.parameters();
        Duration maxLease = duration(parameters, MAX_LEASE, LONGEST, SHORTEST, LONGEST);
        // The checks that redis: makes of both options.
        Duration leaseTime = RedisOpening.leaseTime(options);
        if (leaseTime.compareTo(maxLease) > 0) {
            throw new IllegalArgumentException("leaseTime " + leaseTime.toMillis() + "ms is longer than maxLease, "
                    + maxLease.toMillis() + "ms: a server that restarts waits for maxLease, and a longer lease would"
                    + " outlast that; choose a leaseTime of at most maxLease, which is 60s at most");
        }
        Duration clockJump = duration(parameters, CLOCK_JUMP, Duration.ZERO, Duration.ZERO, leaseTime.dividedBy(2));
        Duration tenth = leaseTime.dividedBy(10);
        Duration patience = Duration.ofMillis(Math.max(100, Math.min(1_000, tenth.toMillis())));
        Duration nodeTimeout = duration(parameters, NODE_TIMEOUT, patience, Duration.ofMillis(5), leaseTime);
        List<RedisAddress> servers = hosts.stream()
                .map(host -> new RedisAddress(single(url, host), parameters))
                .toList();
        return new RedlockSettings(servers, leaseTime, maxLease, clockJump, nodeTimeout);
    }

    private static Duration duration(
            Map<String, String> parameters, String name, Duration otherwise, Duration least, Duration most) {
        String text = parameters.get(name);
        if (text == null) {
            return otherwise;
        }
        Matcher value = DURATION.matcher(text);
        if (!value.matches()) {
            throw new IllegalArgumentException(
                    "parameter " + name + " is a time such as 500ms or 30s, not '" + text + "'");
        }
        long number = Long.parseLong(value.group(1));
        Duration duration = value.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException("parameter " + name + " is within " + least.toMillis() + "ms to "
                    + most.toMillis() + "ms, not " + text);
        }
        return duration;
    }

    private static LockUrl single(LockUrl url, LockUrl.Host host) {
        StringBuilder text = new StringBuilder("redis://");
        if (url.user().isPresent() || url.password().isPresent()) {
            text.append(url.user().map(RedlockSettings::encode).orElse(""));
            url.password().ifPresent(password -> text.append(':').append(encode(password)));
            text.append('@');
        }
        text.append(host);
        if (!url.path().isEmpty()) {
            text.append('/').append(encode(url.path()));
        }
        return LockUrl.parse(text.toString());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** More than half of the servers. */
    int majority() {
        return servers.size() / 2 + 1;
    }

    /** What a client may count on of a lease that a majority has just granted. */
    Duration validity() {
        return leaseTime.minus(clockJump);
    }
}
