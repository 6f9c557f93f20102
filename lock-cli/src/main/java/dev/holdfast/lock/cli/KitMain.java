package dev.holdfast.lock.cli;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.faults.FaultRun;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JVM of its own for the kit on one store, so that stores do not share threads, heap and static state: starts the
 * store, runs the kit, and when it is asked to, makes faults and
 * measures. Speaks {@link KitMessage} on standard output; ends when its standard input does, and so with the JVM that
 * compares.
 */
public final class KitMain {
    static final String URL_VARIABLE = "HOLDFAST_COMPARE_URL";
    static final String MEASURE = "measure";
    static final String FAULTS = "faults"; // seed and milliseconds follow

    private static final Logger LOG = LoggerFactory.getLogger(KitMain.class);

    /** The first open of a JVM loads the client library, perhaps beside another one that does. */
    static final Duration FIRST_OPEN = Duration.ofSeconds(20);

    /** One that every store takes; some modes bound it from above. */
    static final Duration LEASE = Duration.ofSeconds(10);

    private final PrintStream output;
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    private KitMain(PrintStream output) {
        this.output = output;
    }

    /** The argument is the name of a store; or none, and {@code HOLDFAST_COMPARE_URL} is set. */
    public static void main(String... arguments) {
        PrintStream output = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what tests print must not look like a message
        KitMain kit = new KitMain(output);
        Thread listener = new Thread(kit::listen, "holdfast-listener");
        listener.setDaemon(true);
        listener.start();
        System.exit(kit.run(arguments));
    }

    private void listen() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                asked.add(line);
            }
        } catch (IOException e) {
            LOG.warn("Standard input cannot be read", e);
        }
        System.exit(ExitStatus.OK); // with the shutdown hooks, which end the store
    }

    private int run(String... arguments) {
        try (Subject.Open store = open(arguments)) {
            LockHarness harness = store.harness();
            send(KitMessage.text(KitMessage.Kind.STARTED, version(harness)));
            send(KitMessage.rules(KitRun.on(harness, (done, total) -> send(KitMessage.progress(done, total))).stream()
                    .map(ReportModel.Line::of)
                    .toList()));
            for (String line = asked.take(); !line.equals(MEASURE); line = asked.take()) {
                faults(harness, line.split(" ", -1));
            }
            send(KitMessage.figures(PairBenchmark.of(harness)));
            return ExitStatus.OK;
        } catch (RuntimeException | InterruptedException e) {
            LOG.error("The kit did not come to an end", e);
            send(KitMessage.text(KitMessage.Kind.FAILED, String.valueOf(e.getMessage())));
            return ExitStatus.SOFTWARE;
        }
    }

    private void faults(LockHarness harness, String... command) throws InterruptedException {
        Duration atLeast = Duration.ofMillis(Long.parseLong(command[2]));
        try {
            send(KitMessage.faults(FaultRun.on(
                    harness,
                    FaultRun.Plan.ofAll(Long.parseLong(command[1]), atLeast),
                    step -> send(KitMessage.text(KitMessage.Kind.STEP, step)))));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | AssertionError e) {
            LOG.error("The fault run did not come to an end", e);
            send(KitMessage.text(KitMessage.Kind.FAILED, "the fault run: " + e.getMessage()));
        }
    }

    private static Subject.Open open(String... arguments) {
        Optional<String> url = Optional.ofNullable(System.getenv(URL_VARIABLE));
        return url.isPresent()
                ? Subject.opened(UrlHarness.of(url.get()), () -> {})
                : Subject.named(arguments[0]).orElseThrow().open();
    }

    /** What the driver says; a driver that cannot open fails the rules, and not the comparison. */
    private static String version(LockHarness harness) {
        try (LockClient client = harness.open(ClientOptions.builder()
                .leaseTime(LEASE)
                .connectTimeout(FIRST_OPEN)
                .build())) {
            return client.info().version();
        } catch (RuntimeException e) {
            LOG.error("The store cannot be opened", e);
            return "?";
        }
    }

    private void send(KitMessage message) {
        output.println(message.encoded());
    }
}
