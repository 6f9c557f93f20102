package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.ChildJvm;
import dev.holdfast.lock.tck.faults.FaultResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JVM of {@link KitMain} for one store, seen from the one that compares. For one thread at a time. */
final class KitProcess implements AutoCloseable {
    /** No test of the kit takes this long, so a JVM that is silent for it hangs. */
    private static final Duration SILENCE = Duration.ofMinutes(5);

    private static final Duration END = Duration.ofSeconds(10);

    private final String store;
    private final String scheme;
    private final Process process;
    private final Writer input;
    private final BlockingQueue<KitMessage> messages = new LinkedBlockingQueue<>();
    private String version = "?";
    private List<Line> rules = List.of();

    /**
     * Starts it.
     *
     * @param url of the store; empty for one that the JVM starts itself
     * @param log where its standard error goes
     */
    KitProcess(String store, String scheme, Optional<String> url, Optional<Path> log) {
        this.store = store;
        this.scheme = scheme;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path")));
        for (String property : System.getProperties().stringPropertyNames()) {
            if (property.startsWith("holdfast.stores.") || property.startsWith("holdfast.tck.")) {
                command.add(2, "-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(1, ChildJvm.QUIET);
        command.addAll(List.of(KitMain.class.getName(), store));
        ProcessBuilder builder = new ProcessBuilder(command);
        url.ifPresent(given -> builder.environment().put(KitMain.URL_VARIABLE, given)); // may hold a password
        builder.redirectError(
                log.map(Path::toFile).map(ProcessBuilder.Redirect::appendTo).orElse(ProcessBuilder.Redirect.DISCARD));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM for " + store, e);
        }
        input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "compare-" + store);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().map(KitMessage::decoded).forEach(messages::add);
        } catch (IOException | RuntimeException e) {
            messages.add(KitMessage.text(KitMessage.Kind.FAILED, "its output cannot be read: " + e.getMessage()));
        }
        messages.add(KitMessage.text(KitMessage.Kind.FAILED, "its JVM ended"));
    }

    /** Runs the kit to its end; returns why it did not come to one. */
    Optional<String> runKit(Progress progress) throws InterruptedException {
        while (true) {
            KitMessage message = next();
            switch (message.kind()) {
                case STARTED -> {
                    version = String.valueOf(message.text());
                    progress.started(store, version);
                }
                case PROGRESS -> progress.done(store, message.done(), message.total());
                case RULES -> {
                    rules = orEmpty(message.rules());
                    progress.ended(store, rules);
                    return Optional.empty();
                }
                case FIGURES, FAILED, STEP, FAULTS -> {
                    progress.failed(store);
                    return Optional.of(String.valueOf(message.text()));
                }
            }
        }
    }

    /** One fault run, while nobody measures; empty with the reason shown if it did not come to an end. */
    Optional<FaultResult> runFaults(long seed, Duration atLeast, Progress progress) throws InterruptedException {
        try {
            tell(KitMain.FAULTS + " " + seed + " " + atLeast.toMillis());
        } catch (IOException e) {
            return Optional.empty();
        }
        while (true) {
            KitMessage message = next();
            switch (message.kind()) {
                case STEP -> progress.step(store, String.valueOf(message.text()));
                case FAULTS -> {
                    Optional<FaultResult> result = Optional.ofNullable(message.faults());
                    boolean clean = result.map(FaultResult::clean).orElse(false);
                    progress.faultsEnded(store, "faults done, seed " + seed + (clean ? "" : ", with findings"));
                    return result;
                }
                default -> {
                    progress.faultsEnded(store, String.valueOf(message.text()));
                    return Optional.empty();
                }
            }
        }
    }

    private void tell(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** Measures; returns the whole column. To be called while no other kit runs. */
    Column measure() throws InterruptedException {
        try {
            tell(KitMain.MEASURE);
        } catch (IOException e) {
            return new Column(store, scheme, version, rules, null);
        }
        @Nullable Figures figures = next().figures();
        return new Column(store, scheme, version, rules, figures);
    }

    /** The column of a store whose kit did not come to an end. */
    Column missing(String why) {
        return Column.missing(store, scheme, why);
    }

    private KitMessage next() throws InterruptedException {
        KitMessage message = messages.poll(SILENCE.toSeconds(), TimeUnit.SECONDS);
        return message == null
                ? KitMessage.text(KitMessage.Kind.FAILED, "nothing happened for " + SILENCE.toMinutes() + " minutes")
                : message;
    }

    private static List<Line> orEmpty(@Nullable List<Line> lines) {
        return lines == null ? List.of() : lines;
    }

    /** Ends the JVM, and with it the store that it started. */
    @Override
    public void close() {
        try {
            input.close();
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
