package dev.holdfast.lock.bench;

import dev.holdfast.lock.bench.contender.StoreUnderTest;
import dev.holdfast.lock.bench.report.BenchReport;
import dev.holdfast.lock.bench.report.Goals;
import dev.holdfast.lock.bench.report.HtmlPage;
import dev.holdfast.lock.bench.report.JsonReport;
import dev.holdfast.lock.bench.report.TerminalTables;
import dev.holdfast.lock.bench.run.Plan;
import dev.holdfast.lock.bench.run.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast bench}: Holdfast beside raw floors and peers. */
@Command(
        name = "holdfast bench",
        customSynopsis = {
            "holdfast bench [--stores redis,etcd] [--peers] [--scenarios uncontended,contended,holding]",
            "                      [--check FILE] [--json FILE] [--html FILE] [--seconds-per-round S] [--rounds N]",
            "                      [--warm-up S] [--no-install]"
        },
        description = {
            "",
            "Starts each store and measures what a lock costs there: Holdfast beside the store's own cheapest commands",
            "and, if asked, other libraries. All take turns in every round; ratios are taken round by round.",
            ""
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0 measured, 1 a whole interval misses a goal, or two held one lock, or Holdfast failed, 2 usage,",
            "  3 a store is missing",
            "",
            "Examples:",
            "  holdfast bench --peers --html target/bench.html --json target/bench.json",
            "  holdfast bench --stores redis --scenarios contended --seconds-per-round 1",
            "  holdfast bench --peers --check lock-bench/goals.csv"
        },
        sortOptions = false,
        exitCodeOnInvalidInput = BenchCommand.USAGE,
        exitCodeOnExecutionException = BenchCommand.SOFTWARE)
final class BenchCommand implements Callable<Integer> {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int STORE_MISSING = 3;
    static final int SOFTWARE = 70;

    private static final double SHORTEST_TURN = 0.01;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--stores",
            split = ",",
            paramLabel = "STORE",
            description = "some of redis, etcd, zookeeper, postgresql-row, postgresql-advisory; all unless given")
    private List<String> stores = List.of();

    @Option(names = "--peers", description = "measures other libraries too, in the same rounds")
    private boolean peers;

    @Option(
            names = "--scenarios",
            split = ",",
            paramLabel = "NAME",
            description = "some of uncontended, contended, holding, or single ones by the name in the report")
    private List<String> scenarios = List.of();

    @Option(
            names = "--check",
            paramLabel = "FILE",
            description = "holds the results against goals: lock-bench/goals.csv")
    private Optional<Path> check = Optional.empty();

    @Option(names = "--json", paramLabel = "FILE", description = "writes every number")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--html", paramLabel = "FILE", description = "writes the report as one page with plots")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--seconds-per-round",
            paramLabel = "S",
            description = {
                "how long each contender works in a round, contended six times as long; unless given, 0.2",
                "or what makes the run end within 10 minutes"
            })
    private Optional<Double> secondsPerRound = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "rounds that count, contended two thirds of them, 6 at least; 9 unless given")
    private int rounds = 9;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description = "how long each contender works before the first scenario of a store; 3 unless given")
    private double warmUpSeconds = 3;

    @Option(names = "--no-install", description = "installs nothing, also as root on Debian and Ubuntu")
    private boolean unusedNoInstall; // the launcher script acts on it

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this page")
    private boolean unusedHelp; // picocli acts on it

    private final PrintWriter out;
    private final PrintWriter err;

    BenchCommand(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<StoreUnderTest> chosen = chosenStores();
        List<Scenario> asked = chosenScenarios();
        Optional<Goals> goals = readGoals();
        if (rounds < Plan.FEWEST_ROUNDS) {
            throw usage("--rounds: an interval needs " + Plan.FEWEST_ROUNDS + " rounds at least");
        }
        if (secondsPerRound.isPresent() && secondsPerRound.get() < SHORTEST_TURN) {
            throw usage("--seconds-per-round: " + SHORTEST_TURN + " at least");
        }
        List.of(json, html).forEach(file -> file.ifPresent(this::makeReady)); // a mistake shall show now
        Run run = new Run(chosen, asked, peers, new Progress(err, Boolean.getBoolean("holdfast.terminal.err")));
        double seconds = secondsPerRound.orElseGet(() -> run.secondsPerRound(rounds, warmUpSeconds));
        BenchReport measured = run.measure(new Plan(rounds, duration(seconds), duration(warmUpSeconds)));
        BenchReport report =
                goals.map(all -> measured.with(all.check(measured))).orElse(measured);
        out.print(TerminalTables.of(report));
        out.flush();
        write(json, () -> JsonReport.of(report));
        write(html, () -> HtmlPage.of(report));
        return report.failed() ? FAILED : report.isStoreMissing() ? STORE_MISSING : OK;
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * TimeUnit.SECONDS.toNanos(1)));
    }

    private List<StoreUnderTest> chosenStores() {
        return chosen("--stores", stores, List.of(StoreUnderTest.values()), StoreUnderTest::id);
    }

    private List<Scenario> chosenScenarios() {
        String known =
                Arrays.stream(Scenario.Kind.values()).map(Scenario.Kind::id).collect(Collectors.joining(", ")) + ", "
                        + everyScenario().map(Scenario::id).collect(Collectors.joining(", "));
        for (String name : scenarios) {
            if (everyScenario().noneMatch(scenario -> isMeant(scenario, name))) {
                throw usage("--scenarios: unknown '" + name + "'; known are " + known);
            }
        }
        return scenarios.isEmpty()
                ? Scenario.ALL
                : everyScenario()
                        .filter(scenario -> scenarios.stream().anyMatch(name -> isMeant(scenario, name)))
                        .toList();
    }

    private static Stream<Scenario> everyScenario() {
        return Stream.concat(Scenario.ALL.stream(), Scenario.ON_REQUEST.stream());
    }

    private static boolean isMeant(Scenario scenario, String name) {
        boolean byKind = scenario.kind().id().equals(name) && Scenario.ALL.contains(scenario);
        return byKind || scenario.id().equals(name);
    }

    private <T> List<T> chosen(String option, List<String> names, List<T> all, Function<T, String> id) {
        if (names.isEmpty()) {
            return all;
        }
        String known = all.stream().map(id).collect(Collectors.joining(", "));
        return new LinkedHashSet<>(names)
                .stream()
                        .map(name -> all.stream()
                                .filter(one -> id.apply(one).equals(name))
                                .findFirst()
                                .orElseThrow(() -> usage(option + ": unknown '" + name + "'; known are " + known)))
                        .toList();
    }

    private Optional<Goals> readGoals() {
        try {
            return check.isPresent() ? Optional.of(Goals.read(check.get())) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw usage(String.format(Locale.ROOT, "--check %s: %s", check.get(), e.getMessage()));
        }
    }

    private void makeReady(Path file) {
        try {
            Files.createDirectories(
                    Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file));
        } catch (IOException e) {
            throw usage("cannot write " + file + ": " + e.getMessage());
        }
        if (Files.isDirectory(file)) {
            throw usage("cannot write " + file + ": it is a directory");
        }
    }

    private static void write(Optional<Path> file, Supplier<String> text) throws IOException {
        if (file.isPresent()) {
            Files.writeString(file.get(), text.get(), StandardCharsets.UTF_8);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
