package dev.holdfast.lock;

import dev.holdfast.lock.spi.LockProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The providers on the class path; one that cannot be loaded does not hide the others (rules P1 to P3). */
final class Providers {
    private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

    private Providers() {}

    static LockProvider forScheme(String scheme) {
        List<String> refused = new ArrayList<>();
        List<LockProvider> all = load(refused);
        List<LockProvider> matching =
                all.stream().filter(p -> p.schemes().contains(scheme)).toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.size() > 1) {
            throw new IllegalArgumentException("scheme '" + scheme + "' is claimed by several providers: "
                    + matching.stream()
                            .map(p -> p.getClass().getName())
                            .sorted()
                            .collect(Collectors.joining(", "))
                    + "; leave one of them on the class path");
        }
        throw new IllegalArgumentException("no provider for scheme '" + scheme + "' on the class path; found: "
                + schemes(all) + artifactFor(scheme)
                + (refused.isEmpty() ? "" : "; could not be loaded: " + String.join("; ", refused)));
    }

    static List<String> schemes() {
        return schemes(load(new ArrayList<>()));
    }

    private static List<String> schemes(List<LockProvider> providers) {
        return providers.stream()
                .flatMap(p -> p.schemes().stream())
                .distinct()
                .sorted()
                .toList();
    }

    private static String artifactFor(String scheme) {
        String artifact =
                switch (scheme) {
                    case "redis", "rediss", "redis+sentinel", "redis+cluster", "redlock" -> "lock-redis";
                    case "etcd", "etcds" -> "lock-etcd";
                    case "zookeeper" -> "lock-zookeeper";
                    case "postgresql" -> "lock-postgres";
                    default -> "";
                };
        return artifact.isEmpty() ? "" : "; add the dependency dev.holdfast:" + artifact;
    }

    private static List<LockProvider> load(List<String> refused) {
        List<LockProvider> providers = new ArrayList<>();
        Iterator<LockProvider> found = ServiceLoader.load(LockProvider.class, LockProvider.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return providers;
                }
                providers.add(found.next());
            } catch (ServiceConfigurationError e) {
                LOG.warn("A lock provider could not be loaded", e);
                refused.add(String.valueOf(e.getMessage()));
            }
        }
    }
}
