package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.etcd.EtcdBench.Opened;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An etcd put back to an older state of its data, with leases, guards and the namespace record as they were then. */
class EtcdRestoreIT {
    @TempDir
    private Path directory;

    private RunningStore store;
    private EtcdBench bench;

    @BeforeEach
    void open() {
        store = EtcdBench.startStore("--data-dir", data().toString());
        bench = new EtcdBench(store);
    }

    @AfterEach
    void close() {
        bench.close();
        store.close();
    }

    private Path data() {
        return directory.resolve("data");
    }

    @Test
    void tokensOfAClientThatWasIdleStayAboveThoseThatWereForgotten() throws Exception {
        Opened idle = bench.open();
        Opened busy = bench.open();
        use(idle);
        store.kill();
        copy(data(), directory.resolve("backup"));
        store.restart();
        long highest = 0;
        for (int i = 0; i < 20; i++) {
            highest = use(busy);
        }
        bench.close(busy);
        store.kill();
        delete(data());
        copy(directory.resolve("backup"), data());
        store.restart();
        assertTrue(use(idle) > highest, "its session, guard and record all look untouched");
    }

    /** Acquires and releases as soon as etcd is back. */
    private static long use(Opened client) throws InterruptedException {
        AcquisitionId id = AcquisitionId.random();
        Grant[] grant = new Grant[1];
        EtcdBench.eventually("granted", () -> {
            try {
                Answer answer = client.enter(id, "a", true);
                grant[0] = answer instanceof Answer.Granted granted ? granted.grant() : null;
            } catch (StoreException notYet) {
                return false;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return grant[0] != null;
        });
        client.driver().release(List.of(grant[0]));
        return grant[0].token();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
