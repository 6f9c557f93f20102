package dev.holdfast.lock.cli;

import dev.holdfast.lock.AcquireTimeoutException;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockClosedException;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockUrl;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast run}: a command while a lock is held. */
@Command(
        name = "run",
        customSynopsis = "holdfast run [--wait=10s] [--lease-time=15s] [--grace=5s] [URL] NAME -- COMMAND [ARG...]",
        description = {
            "",
            "Acquires the lock NAME, runs COMMAND, and releases the lock when COMMAND has ended. COMMAND finds",
            "LOCK_NAME and LOCK_FENCING_TOKEN in its environment and should show the token to whatever it changes.",
            "When the lock is lost, or on SIGTERM and SIGINT, COMMAND and its descendants get SIGTERM, and SIGKILL",
            "after the grace. kill -9 of holdfast itself leaves COMMAND running, and the lock lapses: only a",
            "resource that checks the token is safe then.",
            ""
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  that of COMMAND, 128+n if signal n ended it; 64 usage or configuration, 69 store unavailable,",
            "  75 not acquired, 76 lock lost, 126 COMMAND not executable, 127 COMMAND not found",
            "",
            "Examples:",
            "  holdfast run redis://127.0.0.1:6379 nightly-report --wait 10s -- ./report.sh --full",
            "  HOLDFAST_URL='postgresql://app@db/app?passwordFile=/run/secret' holdfast run import -- make import"
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitStatus.RUN_USAGE,
        exitCodeOnExecutionException = ExitStatus.SOFTWARE)
final class RunCommand implements Callable<Integer> {
    private static final String URL_VARIABLE = "HOLDFAST_URL";

    @Parameters(
            arity = "0..*",
            paramLabel = "[URL] NAME",
            hideParamSyntax = true,
            description = "the store, unless " + URL_VARIABLE + " names it, and the lock")
    private List<String> words = List.of();

    @Option(
            names = "--wait",
            paramLabel = "10s",
            converter = DurationConverter.class,
            description = "how long to wait for the lock, 30s unless given; 0s asks once")
    private Optional<Duration> wait = Optional.empty();

    @Option(
            names = "--lease-time",
            paramLabel = "15s",
            converter = DurationConverter.class,
            description = "how long the lock outlives a crash of this process, 15s unless given")
    private Optional<Duration> leaseTime = Optional.empty();

    @Option(
            names = "--grace",
            paramLabel = "5s",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "how long COMMAND may take to end after SIGTERM, 5s unless given")
    private Duration grace = Duration.ofSeconds(5);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this page")
    private boolean unusedHelp; // picocli acts on it

    private final List<String> command;
    private final Map<String, String> environment;
    private final PrintWriter err;

    RunCommand(List<String> command, Map<String, String> environment, PrintWriter err) {
        this.command = command;
        this.environment = environment;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (command.isEmpty()) {
            return failed(ExitStatus.RUN_USAGE, "run wants a command after --; see: holdfast run --help");
        }
        Optional<String> fromEnvironment = Optional.ofNullable(environment.get(URL_VARIABLE));
        if (words.isEmpty() || words.size() > 2) {
            return failed(ExitStatus.RUN_USAGE, "run wants URL and NAME before --; see: holdfast run --help");
        }
        if (words.size() == 1 && fromEnvironment.isEmpty()) {
            return failed(ExitStatus.RUN_USAGE, "run wants URL and NAME; a lone NAME needs " + URL_VARIABLE);
        }
        String url = words.size() == 2 ? words.get(0) : fromEnvironment.orElseThrow();
        String name = words.get(words.size() - 1);
        OptionalInt problem = Program.problem(command.get(0), environment.getOrDefault("PATH", "/usr/bin:/bin"));
        if (problem.isPresent()) {
            boolean absent = problem.getAsInt() == ExitStatus.NOT_FOUND;
            return failed(problem.getAsInt(), command.get(0) + (absent ? ": not found" : ": not executable"));
        }
        try {
            return run(url, new LockName(name));
        } catch (IllegalArgumentException | LockConfigurationException e) {
            return failed(ExitStatus.RUN_USAGE, String.valueOf(e.getMessage()));
        } catch (StoreUnavailableException e) {
            return failed(ExitStatus.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (AcquireTimeoutException | LockClosedException e) {
            return failed(ExitStatus.NOT_ACQUIRED, String.valueOf(e.getMessage()));
        } catch (LeaseLostException e) {
            return failed(ExitStatus.LOST, String.valueOf(e.getMessage()));
        }
    }

    private int run(String url, LockName name) throws InterruptedException {
        ClientOptions.Builder options = ClientOptions.builder();
        leaseTime.ifPresent(options::leaseTime);
        if (leaseTime.isPresent() && LockUrl.parse(url).parameters().containsKey("leaseTime")) {
            throw new IllegalArgumentException("the lease time stands in the URL and in --lease-time; give it once");
        }
        try (LockClient locks = Locks.open(url, options.build());
                GuardedRun guarded = new GuardedRun(locks, command, grace, err)) {
            DistributedLock lock = locks.named(name.value());
            Lease lease = wait.isPresent() ? lock.acquire(wait.get()) : lock.acquire();
            return guarded.run(lease);
        }
    }

    private int failed(int status, String why) {
        err.println("holdfast: " + why);
        return status;
    }
}
