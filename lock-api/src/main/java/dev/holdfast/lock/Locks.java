package dev.holdfast.lock;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.util.List;
import java.util.function.Function;

/**
 * Where locks come from.
 *
 * <pre>{@code
 * try (LockClient locks = Locks.open("etcd://10.0.0.1:2379?namespace=billing&leaseTime=15s")) {
 *     try (Lease lease = locks.named("invoice/42").acquire(Duration.ofSeconds(5))) {
 *         invoices.write(invoice, lease.fencingToken());
 *     }
 * }
 * }</pre>
 */
public final class Locks {
    private Locks() {}

    /**
     * Opens the store that the URL names, with default options; see {@link #open(String, ClientOptions)}.
     *
     * @param url for example {@code redis://127.0.0.1:6379?namespace=billing}; {@link LockUrl} draws its parts
     */
    public static LockClient open(String url) {
        return open(url, ClientOptions.defaults());
    }

    /**
     * Opens the store that the URL names: finds the provider of its scheme through {@link java.util.ServiceLoader},
     * connects, and checks version, privileges, settings and namespace record, all within
     * {@link ClientOptions#connectTimeout()}. If anything is wrong, nothing stays open.
     *
     * <p>Parameters of the URL that every store knows: {@code namespace}, {@code leaseTime}, {@code maxWait},
     * {@code connectTimeout}, {@code storeTimeout}, {@code warnAfter}, {@code tokenFloor}, {@code shutdownHook},
     * {@code passwordFile}. An unknown one is an error.
     *
     * @param options what the URL does not say; the URL wins
     * @throws LockConfigurationException if URL, options, the class path, or the store's set-up is at fault
     * @throws StoreUnavailableException if the store does not answer in time
     */
    public static LockClient open(String url, ClientOptions options) {
        UrlSettings settings;
        LockProvider provider;
        try {
            LockUrl parsed = LockUrl.parse(url);
            provider = Providers.forScheme(parsed.scheme());
            settings = UrlSettings.of(parsed, provider, options);
        } catch (IllegalArgumentException e) {
            throw new LockConfigurationException(String.valueOf(e.getMessage()), e);
        }
        LockUrl target = settings.url();
        return Opening.open(
                target.toString(),
                settings.options(),
                settings.driverOptions(),
                context -> provider.open(target, context));
    }

    /**
     * Opens a driver over objects that the caller owns; what the {@code over} factories of the backends are made of.
     *
     * @param opener makes the driver, as {@link LockProvider#open} would
     * @throws LockConfigurationException if an option or the store's set-up is at fault
     * @throws StoreUnavailableException if the store does not answer in time
     */
    public static LockClient over(ClientOptions options, Function<DriverContext, LockDriver> opener) {
        return Opening.open("the given client", options, UrlSettings.driverOptions(options), opener);
    }

    /** The schemes that {@link #open} finds on the class path, sorted; for messages and reports. */
    public static List<String> schemes() {
        return Providers.schemes();
    }
}
