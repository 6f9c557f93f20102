package dev.holdfast.lock.cli;

import dev.holdfast.lock.Locks;
import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast compare}: the compatibility kit on several stores, side by side. */
@Command(
        name = "compare",
        customSynopsis = {
            "holdfast compare [--stores redis,etcd | --url URL] [--topologies] [--json FILE] [--html FILE]",
            "                        [--markdown FILE] [--faults [--minutes N] [--seed N] [--repeat N]] [--readme]",
            "                        [--no-install]"
        },
        description = {
            "",
            "Starts each store on a free port, runs every rule of the specification on it, faults included, and",
            "measures what an uncontended acquire and release cost. Prints one matrix, rules by stores.",
            ""
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0 every rule was shown, 1 a rule failed or could not be shown, 2 usage, 3 a store is missing",
            "",
            "Examples:",
            "  holdfast compare",
            "  holdfast compare --stores redis,etcd --html target/compare.html --json target/compare.json",
            "  holdfast compare --faults --html target/faults.html",
            "  holdfast compare --faults --topologies --html target/topologies.html",
            "  holdfast compare --faults --stores etcd --minutes 30 --seed 7",
            "  holdfast compare --url 'redis://10.0.0.1:6379?passwordFile=/run/secret'"
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.SOFTWARE)
final class CompareCommand implements Callable<Integer> {
    /** The kit mostly waits; more at once would take the processor from tests that are about time. */
    private static final int KITS_AT_ONCE = 3;

    private static final int TERMINAL_COLUMNS = 120;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--stores",
            split = ",",
            paramLabel = "STORE",
            description = {
                "some of memory, redis, etcd, zookeeper, postgresql-row, postgresql-advisory, or of those that",
                "--topologies adds; the former unless given"
            })
    private List<String> stores = List.of();

    @Option(
            names = "--topologies",
            description = {
                "adds stores of several servers, and Redis with durability=strict: ${COMPLETION-CANDIDATES}",
            },
            completionCandidates = TopologyNames.class)
    private boolean topologies;

    @Option(
            names = "--url",
            description = {
                "only the store at this URL: no faults, nothing outside of a namespace holdfast-tck-*, which is",
                "removed afterwards"
            })
    private Optional<String> url = Optional.empty();

    @ArgGroup(exclusive = false)
    private FaultOptions faultOptions = new FaultOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "writes the report for programs")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--html", paramLabel = "FILE", description = "writes the report as one self-contained page")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--markdown", paramLabel = "FILE", description = "writes the report as Markdown")
    private Optional<Path> markdown = Optional.empty();

    @Option(names = "--readme", description = "replaces the table of guarantees in README.md of the checkout")
    private boolean readme;

    @Option(names = "--no-install", description = "installs nothing, also as root on Debian and Ubuntu")
    private boolean unusedNoInstall; // the launcher script acts on it

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this page")
    private boolean unusedHelp; // picocli acts on it

    /** For the help. */
    private static final class TopologyNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Subject.TOPOLOGIES.stream().map(Subject::store).iterator();
        }
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, String> environment;

    CompareCommand(Map<String, String> environment, PrintWriter out, PrintWriter err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        long began = System.nanoTime();
        List<Subject> subjects = subjects();
        Optional<ReadmeTable> table = readme ? Optional.of(readmeTable()) : Optional.empty();
        for (Optional<Path> file : List.of(json, html, markdown)) {
            file.ifPresent(this::makeReady); // a mistake shall show now and not when all is done
        }
        Optional<FaultPlan> plan = faultOptions.plan(spec.commandLine(), url.isPresent());
        Compared compared = url.isPresent() ? atUrl(url.get()) : started(subjects, plan);
        double seconds = Long.getLong("holdfast.elapsed.seconds", 0)
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / 1_000.0;
        ReportModel report = new ReportModel(
                seconds, compared.columns(), plan.isPresent() ? new FaultReport(compared.faults()) : null);
        out.print(TerminalReport.of(
                report,
                Boolean.getBoolean("holdfast.terminal.out") && !environment.containsKey("NO_COLOR"),
                Integer.getInteger("holdfast.terminal.columns", TERMINAL_COLUMNS)));
        out.flush();
        write(json, JsonReport.of(report));
        write(html, HtmlReport.of(report));
        write(markdown, MarkdownReport.of(report));
        if (table.isPresent()) {
            table.get().replaceWith(report);
        }
        return report.exitStatus();
    }

    private List<Subject> subjects() {
        if (url.isPresent() && !stores.isEmpty()) {
            throw usage("--stores and --url exclude each other");
        }
        if (url.isPresent() && topologies) {
            throw usage("--topologies and --url exclude each other");
        }
        if (stores.isEmpty()) {
            return topologies ? Subject.all() : Subject.SINGLE;
        }
        Set<String> names = new LinkedHashSet<>(stores);
        if (topologies) {
            Subject.TOPOLOGIES.forEach(subject -> names.add(subject.store()));
        }
        return names.stream()
                .map(store -> Subject.named(store)
                        .orElseThrow(() -> usage("--stores: unknown store '" + store + "'; known are "
                                + String.join(
                                        ", ",
                                        Subject.all().stream()
                                                .map(Subject::store)
                                                .toList()))))
                .toList();
    }

    private ReadmeTable readmeTable() throws IOException {
        String file = System.getProperty("holdfast.readme");
        if (file == null) {
            throw usage("--readme needs a checkout");
        }
        return ReadmeTable.in(Path.of(file));
    }

    private record Compared(List<Column> columns, List<StoreFaults> faults) {}

    private Compared started(List<Subject> subjects, Optional<FaultPlan> plan) throws InterruptedException {
        List<String> names = subjects.stream().map(Subject::store).toList();
        try (Comparison comparison = comparison(names)) {
            List<Column> columns = comparison.of(subjects, KITS_AT_ONCE, plan);
            return new Compared(columns, comparison.faults());
        }
    }

    private Compared atUrl(String given) throws InterruptedException {
        String scheme;
        try {
            scheme = LockUrl.parse(given).scheme();
        } catch (IllegalArgumentException e) {
            throw usage("--url: " + e.getMessage());
        }
        if (!Locks.schemes().contains(scheme)) {
            throw usage("--url: unknown scheme '" + scheme + "'; known are " + String.join(", ", Locks.schemes()));
        }
        String namespace = UrlHarness.freshNamespace();
        String ours = UrlHarness.inNamespace(given, namespace);
        Column column;
        try (Comparison comparison = comparison(List.of(scheme))) {
            column = comparison.of(scheme, scheme, ours);
        }
        Optional<String> problem = NamespaceSweep.of(ours, namespace);
        if (!column.isMissing()) { // else the store was not even reached, as the report says
            problem.ifPresent(text -> err.println("holdfast: " + text));
        }
        return new Compared(List.of(column), List.of());
    }

    private Comparison comparison(List<String> names) {
        boolean terminal = Boolean.getBoolean("holdfast.terminal.err");
        Optional<Path> log =
                Optional.ofNullable(System.getProperty("holdfast.compare.log")).map(Path::of);
        return new Comparison(log, names, err, terminal);
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

    private static void write(Optional<Path> file, String text) throws IOException {
        if (file.isPresent()) {
            Files.writeString(file.get(), text, StandardCharsets.UTF_8);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
