package dev.holdfast.lock.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Open connections to a port of this machine, as Linux lists them. */
final class Sockets {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final String ESTABLISHED = "01";

    private Sockets() {}

    /** How many clients are connected to the port; empty where there is no such list. */
    static OptionalLong to(int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        long connections = 0;
        try {
            for (Path table : TABLES) {
                if (!Files.isReadable(table)) {
                    return OptionalLong.empty();
                }
                connections += Files.readAllLines(table).stream()
                        .map(line -> line.strip().split("\\s+", -1))
                        .filter(fields -> fields.length > STATE
                                && fields[REMOTE].endsWith(suffix)
                                && fields[STATE].equals(ESTABLISHED))
                        .count();
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(connections);
    }
}
