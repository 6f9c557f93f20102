package dev.holdfast.lock.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Calls the command line in this JVM, or starts it in another one. */
final class Cli {
    /** What a call answered. */
    record Outcome(int status, String out, String err) {}

    private Cli() {}

    static Outcome call(String... arguments) {
        return call(Map.of(), arguments);
    }

    static Outcome call(Map<String, String> environment, String... arguments) {
        Map<String, String> all = new HashMap<>(Map.of("PATH", System.getenv("PATH")));
        all.putAll(environment);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Holdfast.execute(all, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    /** A JVM of its own, since signals are about JVMs. Its output is of no interest. */
    static Process start(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(ignoresInterrupts() ? List.of("env", "--default-signal=INT") : List.of());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holdfast.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A shell starts what runs in the background deaf to SIGINT, and children inherit that. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
        return (ignored & 0b10) != 0;
    }

    /** Whether the condition holds within half a minute, looked at every few milliseconds. */
    static boolean soon(BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > 30_000_000_000L) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return true;
    }
}
