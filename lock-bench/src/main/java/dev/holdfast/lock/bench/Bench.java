package dev.holdfast.lock.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** The entry point of {@code holdfast bench}. */
public final class Bench {
    /** gRPC tells through it how it was built; kept, since the JDK forgets loggers that nobody keeps. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private Bench() {}

    /** Measures, and ends the JVM with the exit status: libraries that are measured may leave threads behind. */
    public static void main(String... arguments) {
        // UTF-8 also where the locale says otherwise: units must not become question marks.
        PrintWriter out = new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        GRPC.setLevel(Level.WARNING);
        System.exit(execute(out, err, arguments));
    }

    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new BenchCommand(out, err))
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(116)
                .setParameterExceptionHandler((mistake, words) -> {
                    err.println("holdfast: " + mistake.getMessage());
                    err.println("holdfast: see: holdfast bench --help");
                    return BenchCommand.USAGE;
                })
                .execute(arguments);
    }
}
