package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is particular to one store: its command line, its questions and its last words. One instance per started store.
 */
interface Recipe {
    /** The address of every started store. */
    String HOST = "127.0.0.1";

    /** Bound of one question to a store that should be up. */
    Duration PATIENCE = Duration.ofSeconds(5);

    StoreKind kind();

    /** Fills the empty directory with what the store needs before its first start. */
    void prepare(StoreDirectory directory) throws IOException;

    /** The command to run for the store on that port, with its data in the directory. */
    List<String> command(StoreDirectory directory, int port) throws IOException;

    /**
     * Whether clients are served now.
     *
     * @throws IOException when the store does not answer (yet)
     */
    boolean ready(int port) throws IOException;

    String version(int port) throws IOException;

    OptionalLong requests(int port) throws IOException;

    String url(int port);

    /** Where the program came from. */
    String origin();

    /** Called before the store's process is ended for good. */
    default void stop(StoreProcess process) {
        process.kill();
    }

    /** Called after the store's death, before its data are removed. */
    default void discard(StoreDirectory directory) throws IOException {}
}
