package dev.holdfast.lock.tck;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.opentest4j.AssertionFailedError;

/**
 * Another JVM with this class path, spoken to line by line. It ends by itself when its standard input does, so nothing
 * is left of it when this JVM dies, however it dies.
 */
public final class ChildJvm implements AutoCloseable {
    /** How long a JVM that has just started may take to reach the store, on a busy machine. */
    static final Duration FIRST_CONTACT = Duration.ofSeconds(20);

    /**
     * What keeps a JVM from writing to the standard output of its program: its own warnings go to standard error. The
     * file for performance counters, which leads to one when process numbers are used again, is not written.
     */
    public static final List<String> QUIET = List.of("-Xlog:disable", "-Xlog:all=warning:stderr", "-XX:-UsePerfData");

    private static final int LINES_KEPT = 40;

    private final Process process;
    private final Writer input;
    private final LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> errors = new ArrayDeque<>();

    private ChildJvm(Process process) {
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        drain("child-output", process.getInputStream(), output::add);
        drain("child-errors", process.getErrorStream(), this::keep);
    }

    /** Starts this main class; returns at once. */
    public static ChildJvm start(Class<?> main, List<String> jvmArguments, String... arguments) {
        return start(main, Map.of(), jvmArguments, arguments);
    }

    /** The same with these variables in its environment. */
    static ChildJvm start(
            Class<?> main, Map<String, String> environment, List<String> jvmArguments, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUIET);
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(jvmArguments);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            return new ChildJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start another JVM: " + command.get(0), e);
        }
    }

    private void keep(String line) {
        lock.lock();
        try {
            errors.addLast(line);
            if (errors.size() > LINES_KEPT) {
                errors.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void drain(String name, InputStream from, Consumer<String> to) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                        lines.lines().forEach(to);
                    } catch (IOException | UncheckedIOException e) {
                        to.accept("(stream ended: " + e.getMessage() + ")");
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends a line. */
    public void tell(String line) {
        try {
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw new AssertionFailedError("the other JVM has ended: " + diagnosis(), e);
        }
    }

    /** The next line that it writes, within this time. */
    public String line(Duration within) throws InterruptedException {
        String line = output.poll(within.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new AssertionFailedError(
                    "the other JVM said nothing within " + within.toMillis() + " ms: " + diagnosis());
        }
        return line;
    }

    /** Whether it has written a line that nobody has read. */
    boolean hasSpoken() {
        return !output.isEmpty();
    }

    /** Sends a line and returns the answer. */
    public String ask(String line) throws InterruptedException {
        tell(line);
        return line(Timing.patience());
    }

    private String diagnosis() {
        lock.lock();
        try {
            return (process.isAlive() ? "it runs" : "exit code " + process.exitValue()) + "; stderr: "
                    + String.join(" | ", errors);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it runs, or is stopped. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it as SIGKILL does, and waits for its end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it as SIGSTOP does; returns when none of its threads runs, as far as the system tells. */
    public void pause() throws InterruptedException {
        signal("-STOP");
        // One thread takes the signal and stops the others: until then, one of them may go on and answer.
        long begin = System.nanoTime();
        while (runs() && System.nanoTime() - begin < FIRST_CONTACT.toNanos()) {
            LockSupport.parkNanos(1_000_000);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Whether one of its threads is neither stopped nor dead; false where there is no {@code /proc}. */
    private boolean runs() {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        try (Stream<Path> each = Files.list(threads)) {
            for (Path thread : each.toList()) {
                String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
                if ("TtZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException gone) {
            return Files.exists(threads) && process.isAlive();
        } catch (IOException e) {
            return false;
        }
    }

    /** Undoes {@link #pause}. */
    public void resume() throws InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws InterruptedException {
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new NotApplicable("kill " + signal + " does not work here");
            }
        } catch (IOException e) {
            throw new NotApplicable("processes cannot be stopped here: " + e.getMessage());
        }
    }

    /** Closes its standard input and waits for its end; kills it if it does not end within five seconds. */
    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            keep("(standard input was closed already: " + e.getMessage() + ")");
        }
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
