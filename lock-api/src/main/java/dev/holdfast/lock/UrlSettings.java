package dev.holdfast.lock;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a URL and the options say together: the URL wins, the common parameters are taken out, the rest belongs to the
 * driver.
 */
record UrlSettings(LockUrl url, ClientOptions options, DriverOptions driverOptions) {
    private static final List<String> COMMON = List.of(
            "namespace",
            "leaseTime",
            "maxWait",
            "connectTimeout",
            "storeTimeout",
            "warnAfter",
            "tokenFloor",
            "shutdownHook",
            "passwordFile");

    static UrlSettings of(LockUrl url, LockProvider provider, ClientOptions given) {
        ClientOptions.Builder options = given.toBuilder();
        LockUrl target = given.password().map(url::withPassword).orElse(url);
        Map<String, String> own = new HashMap<>();
        for (Map.Entry<String, String> parameter : url.parameters().entrySet()) {
            String name = parameter.getKey();
            String value = parameter.getValue();
            switch (name) {
                case "namespace" -> options.namespace(value);
                case "leaseTime" -> options.leaseTime(Durations.parse(name, value));
                case "maxWait" -> options.maxWait(Durations.parse(name, value));
                case "connectTimeout" -> options.connectTimeout(Durations.parse(name, value));
                case "storeTimeout" -> options.storeTimeout(Durations.parse(name, value));
                case "warnAfter" -> options.warnAfter(Durations.parse(name, value));
                case "tokenFloor" -> options.tokenFloor(number(name, value));
                case "shutdownHook" -> options.shutdownHook(flag(name, value));
                case "passwordFile" -> target = target.withPassword(firstLine(value));
                default -> own.put(known(name, provider), value);
            }
        }
        if (url.password().isPresent() && url.parameters().containsKey("passwordFile")) {
            throw new IllegalArgumentException("the URL has both a password and a passwordFile; keep one");
        }
        ClientOptions merged = options.build();
        return new UrlSettings(target, merged, driverOptions(merged, own));
    }

    static DriverOptions driverOptions(ClientOptions options) {
        return driverOptions(options, Map.of());
    }

    private static DriverOptions driverOptions(ClientOptions options, Map<String, String> parameters) {
        return new DriverOptions(
                options.namespace(),
                options.leaseTime(),
                options.connectTimeout(),
                options.storeTimeout(),
                options.tokenFloor(),
                parameters);
    }

    private static String known(String name, LockProvider provider) {
        if (name.startsWith("client.") || provider.parameters().contains(name)) {
            return name;
        }
        TreeSet<String> all = new TreeSet<>(provider.parameters());
        all.addAll(COMMON);
        throw new IllegalArgumentException("unknown parameter '" + name + "' in the lock URL; known are "
                + String.join(", ", all) + ", and the client library's own under client.");
    }

    private static long number(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + "=" + value + " is not a whole number", e);
        }
    }

    private static boolean flag(String name, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(name + "=" + value + " is neither true nor false");
        };
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new IllegalArgumentException("passwordFile " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
