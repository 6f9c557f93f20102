package dev.holdfast.lock.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code compare} that ask for faults. */
final class FaultOptions {
    @Option(
            names = "--faults",
            description = {
                "also lets processes contend on each store while one fault after the other happens to them, their",
                "connections and their store, and checks the history that they wrote"
            })
    private boolean faults;

    @Option(names = "--minutes", paramLabel = "N", description = "goes on with faults for as long on each store")
    private Optional<Integer> minutes = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "of the order of the faults; as printed by another run")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--repeat", paramLabel = "N", description = "so many runs, whose verdicts must be the same")
    private Optional<Integer> repeat = Optional.empty();

    /** What is asked for; empty without faults. */
    Optional<FaultPlan> plan(CommandLine command, boolean url) {
        if (!faults) {
            if (minutes.isPresent() || seed.isPresent() || repeat.isPresent()) {
                throw new ParameterException(command, "--minutes, --seed and --repeat need --faults");
            }
            return Optional.empty();
        }
        if (url) {
            throw new ParameterException(
                    command, "--faults and --url exclude each other: no faults in a store of yours");
        }
        if (minutes.orElse(0) < 0 || repeat.orElse(1) < 1) {
            throw new ParameterException(command, "--minutes is 0 or more, --repeat is 1 or more");
        }
        return Optional.of(new FaultPlan(
                seed.orElseGet(() -> (long) ThreadLocalRandom.current().nextInt(1_000_000)),
                Duration.ofMinutes(minutes.orElse(0)),
                repeat.orElse(1)));
    }
}
