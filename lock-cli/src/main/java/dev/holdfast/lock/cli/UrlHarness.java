package dev.holdfast.lock.cli;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.tck.LockHarness;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * A store that somebody else runs, given by its URL. The kit has no power over it, and
 * works in a namespace of its own.
 *
 * @param url with the kit's namespace
 * @param info what the driver says of the store
 */
record UrlHarness(String url, DriverInfo info) implements LockHarness {
    /** The kit chooses these itself. */
    private static final Set<String> ENGINES_OWN = Set.of(
            "namespace",
            "leaseTime",
            "maxWait",
            "connectTimeout",
            "storeTimeout",
            "warnAfter",
            "tokenFloor",
            "shutdownHook");

    private static final List<Duration> SHORT_LEASES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(15));

    /** Opens the store once to see what it is, with the shortest lease time that it takes. */
    static UrlHarness of(String url) {
        return new UrlHarness(url, shortestThatOpens(url));
    }

    /** A namespace that nobody uses. */
    static String freshNamespace() {
        return "holdfast-tck-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /** The URL without the parameters that the kit chooses, in this namespace. */
    static String inNamespace(String url, String namespace) {
        String[] parts = url.split("\\?", 2);
        String others = Arrays.stream(parts.length < 2 ? new String[0] : parts[1].split("&", 0))
                .filter(pair -> !pair.isEmpty() && !ENGINES_OWN.contains(pair.split("=", 2)[0]))
                .map(pair -> pair + "&")
                .collect(Collectors.joining());
        return parts[0] + "?" + others + "namespace=" + namespace;
    }

    private static DriverInfo shortestThatOpens(String url) {
        LockConfigurationException refusal = null;
        for (Duration lease : SHORT_LEASES) {
            ClientOptions options = ClientOptions.builder()
                    .leaseTime(lease)
                    .connectTimeout(KitMain.FIRST_OPEN)
                    .build();
            try (LockClient client = Locks.open(url, options)) {
                return client.info();
            } catch (LockConfigurationException e) {
                refusal = e; // perhaps too short for this store
            }
        }
        throw refusal == null ? new IllegalStateException("no lease time was tried") : refusal;
    }

    @Override
    public String store() {
        return LockUrl.parse(url).scheme();
    }

    @Override
    public Set<Claim> claims() {
        return info.claims();
    }

    @Override
    public Duration shortestLease() {
        return info.leaseTime();
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofSeconds(2);
    }

    @Override
    public boolean processes() {
        return !store().equals("memory");
    }
}
