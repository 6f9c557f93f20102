package dev.holdfast.lock.tck;

import dev.holdfast.lock.AcquireTimeoutException;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.FencedRegister;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StaleTokenException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes one lock from another JVM. Arguments: URL, lock name (percent-encoded, because command lines have encodings),
 * lease time in milliseconds. Commands on standard input, one answer line each, after a first line {@code ready}:
 *
 * <pre>
 * acquire MILLIS   granted TOKEN | timeout | failed TYPE
 * token            token TOKEN
 * held             held true | held false
 * watch            watching; from now on a thread asks the lease without pause whether it is held
 * lastHeld         lastHeld NANOS, taken before the last question that was answered with yes
 * read             read TEXT | read nothing | stale, from the register of the lock's name with the lease's token
 * write TEXT       written | stale
 * release          released OUTCOME
 * die              no answer: the JVM halts at once
 * </pre>
 *
 * It halts when its standard input ends.
 */
public final class LockTaker {
    private final LockClient client;
    private final DistributedLock lock;
    private @Nullable Lease lease;
    private volatile long lastHeld;

    private LockTaker(LockClient client, String name) {
        this.client = client;
        this.lock = client.named(name);
    }

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        ClientOptions options = ClientOptions.builder()
                .leaseTime(Duration.ofMillis(Long.parseLong(arguments[2])))
                .connectTimeout(ChildJvm.FIRST_CONTACT)
                .build();
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                LockClient client = Locks.open(arguments[0], options)) {
            LockTaker taker = new LockTaker(client, decode(arguments[1]));
            say("ready");
            taker.obey(commands);
        }
        Runtime.getRuntime().halt(0);
    }

    /** A lock name as an argument of {@link #main}. */
    static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static String decode(String argument) {
        return URLDecoder.decode(argument, StandardCharsets.UTF_8);
    }

    private void obey(BufferedReader commands) throws IOException, InterruptedException {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] command = line.split(" ", -1);
            say(answer(command));
        }
    }

    private String answer(String[] command) throws InterruptedException {
        if (command[0].equals("acquire")) {
            return acquire(Duration.ofMillis(Long.parseLong(command[1])));
        }
        if (command[0].equals("die")) {
            Runtime.getRuntime().halt(1);
        }
        Lease held = lease;
        if (held == null) {
            return "no lease";
        }
        return switch (command[0]) {
            case "token" -> "token " + held.fencingToken();
            case "held" -> "held " + held.isHeld();
            case "watch" -> watch(held);
            case "lastHeld" -> "lastHeld " + lastHeld;
            case "read", "write" -> register(command, held.fencingToken());
            case "release" -> "released " + held.release();
            default -> "unknown command " + command[0];
        };
    }

    private String acquire(Duration maxWait) throws InterruptedException {
        try {
            Lease granted = lock.acquire(maxWait);
            lease = granted;
            return "granted " + granted.fencingToken();
        } catch (AcquireTimeoutException e) {
            return "timeout";
        } catch (LockException e) {
            return "failed " + e.getClass().getSimpleName();
        }
    }

    private String register(String[] command, long token) {
        try {
            FencedRegister register = client.register(lock.name());
            if (command[0].equals("write")) {
                register.write(token, command[1].getBytes(StandardCharsets.UTF_8));
                return "written";
            }
            return "read "
                    + register.read(token)
                            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                            .orElse("nothing");
        } catch (StaleTokenException e) {
            return "stale";
        } catch (LockException e) {
            return "failed " + e.getClass().getSimpleName();
        }
    }

    private String watch(Lease held) {
        Thread watcher = new Thread(() -> {
            long before = System.nanoTime();
            while (held.isHeld()) {
                lastHeld = before;
                LockSupport.parkNanos(200_000);
                before = System.nanoTime();
            }
        });
        watcher.setDaemon(true);
        watcher.start();
        return "watching";
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
