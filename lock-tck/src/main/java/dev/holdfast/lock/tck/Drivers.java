package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** Opens drivers without an engine, for rules that are about single store requests. */
final class Drivers {
    private static final Set<String> ENGINES_OWN = Set.of(
            "namespace",
            "leaseTime",
            "maxWait",
            "connectTimeout",
            "storeTimeout",
            "warnAfter",
            "tokenFloor",
            "shutdownHook",
            "passwordFile");

    private Drivers() {}

    /** The provider of this URL's scheme. */
    static LockProvider provider(String url) {
        String scheme = LockUrl.parse(url).scheme();
        return ServiceLoader.load(LockProvider.class, LockProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.schemes().contains(scheme))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no provider for scheme " + scheme));
    }

    static LockDriver open(String url, DriverContext context) {
        return provider(url).open(LockUrl.parse(url), context);
    }

    /** What the engine would hand to the driver of this URL. */
    static DriverOptions options(String url, Duration leaseTime) {
        String namespace = LockUrl.parse(url).parameters().getOrDefault("namespace", "holdfast-tck");
        return new DriverOptions(
                namespace, leaseTime, Duration.ofSeconds(5), Duration.ofSeconds(2), 0, parameters(url));
    }

    /** The parameters of this URL that are the driver's. */
    static Map<String, String> parameters(String url) {
        Map<String, String> parameters = new LinkedHashMap<>(LockUrl.parse(url).parameters());
        parameters.keySet().removeAll(ENGINES_OWN);
        return parameters;
    }

    /** The same URL with this parameter set to this value, which needs no encoding. */
    static String with(String url, String parameter, String value) {
        String[] parts = url.split("\\?", 2);
        StringBuilder query = new StringBuilder();
        for (String pair : parts.length < 2 ? new String[0] : parts[1].split("&", 0)) {
            if (!pair.isEmpty() && !pair.startsWith(parameter + "=")) {
                query.append(pair).append('&');
            }
        }
        return parts[0] + "?" + query + parameter + "=" + value;
    }

    /** The namespace that this URL names. */
    static String namespace(String url) {
        return LockUrl.parse(url).parameters().getOrDefault("namespace", "holdfast");
    }
}
