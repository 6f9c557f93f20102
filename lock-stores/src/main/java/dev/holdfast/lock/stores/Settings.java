package dev.holdfast.lock.stores;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Settings {@code holdfast.stores.NAME}: system property first, then the environment ({@code HOLDFAST_STORES_NAME}).
 */
record Settings(Properties properties, Map<String, String> environment) {
    private static final String PREFIX = "holdfast.stores.";

    static Settings ofThisJvm() {
        return new Settings(System.getProperties(), System.getenv());
    }

    Optional<String> get(String name) {
        String property = properties.getProperty(PREFIX + name);
        String value = property != null ? property : environment.get(variable(name));
        return Optional.ofNullable(value).filter(v -> !v.isBlank());
    }

    boolean preferEmbedded() {
        return get("prefer").filter("embedded"::equals).isPresent();
    }

    /** The property's name, for messages. */
    static String property(String name) {
        return PREFIX + name;
    }

    private static String variable(String name) {
        return (PREFIX + name).replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
