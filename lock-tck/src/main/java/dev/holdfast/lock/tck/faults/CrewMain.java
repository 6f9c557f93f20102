package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process of workers. Writes {@code ready}; obeys lines on standard input, and answers each:
 *
 * <pre>
 * go               going
 * rest             resting, when no worker works
 * step OP LOCK     for RENEW and RELEASE: holding, and goes on after the line {@code on}; at the end: done
 * </pre>
 *
 * It halts when its standard input ends.
 */
public final class CrewMain {
    private static final Duration FIRST_CONTACT = Duration.ofSeconds(30);

    /** What a process is told when it starts. */
    record Order(String name, String url, Duration lease, List<String> locks, int threads, long seed, Path directory) {
        String[] arguments(String process, int life) {
            return new String[] {
                process,
                url,
                Long.toString(lease.toMillis()),
                String.join(",", locks),
                Integer.toString(threads),
                Long.toString(seed + life),
                directory.toString()
            };
        }

        /** Where the history is. */
        static Path history(Path directory) {
            return directory.resolve("history");
        }
    }

    private CrewMain() {}

    /** See the class. */
    public static void main(String[] a) throws Exception {
        Duration lease = Duration.ofMillis(Long.parseLong(a[2]));
        List<String> locks = List.of(a[3].split(",", -1));
        Path directory = Path.of(a[6]);
        ClientOptions options = ClientOptions.builder()
                .leaseTime(lease)
                .connectTimeout(FIRST_CONTACT)
                .build();
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                History history = History.appendTo(Order.history(directory));
                Resources resources = Resources.in(directory, locks)) {
            LockClient client = Locks.open(a[1], options);
            Workers.Task task = new Workers.Task(a[0], locks, Integer.parseInt(a[4]), lease, Long.parseLong(a[5]));
            Workers workers = new Workers(task, client, history, resources);
            workers.warmUp("warm-up-" + a[0]);
            Workers.recordStalls(a[0], history);
            say("ready");
            obey(commands, workers);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void obey(BufferedReader commands, Workers workers) throws IOException, InterruptedException {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] command = line.split(" ", -1);
            switch (command[0]) {
                case "go" -> {
                    workers.go();
                    say("going");
                }
                case "rest" -> {
                    workers.rest();
                    say("resting");
                }
                case "step" -> {
                    workers.step(Operation.valueOf(command[1]), command[2], () -> {
                        say("holding");
                        if (commands.readLine() == null) {
                            Runtime.getRuntime().halt(1);
                        }
                        return null;
                    });
                    say("done");
                }
                default -> say("unknown command " + line);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
