package dev.holdfast.lock.tck;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * {@link Contenders} in another JVM. Arguments: URL, lock name (percent-encoded), lease time in milliseconds, threads,
 * duration in milliseconds, label, seed, history file, counter file. Writes {@code ready}, waits for a line, contends,
 * and writes {@code done GRANTS ACCEPTED}. Halts when its standard input ends.
 */
public final class ContenderMain {
    private ContenderMain() {}

    /** See the class. */
    public static void main(String[] a) throws Exception {
        ClientOptions options = ClientOptions.builder()
                .leaseTime(Duration.ofMillis(Long.parseLong(a[2])))
                .connectTimeout(ChildJvm.FIRST_CONTACT)
                .build();
        String done;
        try (LockClient client = Locks.open(a[0], options);
                History history = History.appendTo(Path.of(a[7]));
                LostUpdate counter = LostUpdate.in(Path.of(a[8]))) {
            DistributedLock lock = client.named(URLDecoder.decode(a[1], StandardCharsets.UTF_8));
            List<DistributedLock> locks = Collections.nCopies(Integer.parseInt(a[3]), lock);
            Contenders contenders = new Contenders(a[5], history, counter, Long.parseLong(a[6]));
            System.out.println("ready");
            awaitLine();
            haltWhenInputEnds();
            contenders.run(locks, Duration.ofMillis(Long.parseLong(a[4])));
            done = "done " + contenders.grants() + " " + contenders.accepted();
        }
        System.out.println(done);
        Runtime.getRuntime().halt(0);
    }

    private static void awaitLine() throws IOException {
        for (int c = System.in.read(); c != '\n'; c = System.in.read()) {
            if (c < 0) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    private static void haltWhenInputEnds() {
        Thread watcher = new Thread(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                System.err.println("standard input broke: " + e.getMessage());
            }
            Runtime.getRuntime().halt(1);
        });
        watcher.setDaemon(true);
        watcher.start();
    }
}
