package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A cluster of one etcd. */
final class EtcdRecipe implements Recipe {
    /** Nobody connects to the peer address; port 0 lets the kernel choose. */
    private static final String PEER = "http://" + HOST + ":0";

    private final Path program;
    private final List<String> extraArgs;

    EtcdRecipe(Path program, List<String> extraArgs) {
        this.program = program;
        this.extraArgs = extraArgs;
    }

    @Override
    public StoreKind kind() {
        return StoreKind.ETCD;
    }

    @Override
    public void prepare(StoreDirectory directory) {
        // etcd makes its data directory itself and wants it absent.
    }

    @Override
    public List<String> command(StoreDirectory directory, int port) {
        String client = "http://" + HOST + ":" + port;
        List<String> command = new ArrayList<>(List.of(program.toString(), "--name", "one"));
        command.addAll(List.of("--data-dir", directory.data().toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", PEER, "--initial-advertise-peer-urls", PEER));
        command.addAll(List.of("--initial-cluster", "one=" + PEER, "--initial-cluster-state", "new"));
        if (knowsUnsafeNoFsync()) {
            command.add("--unsafe-no-fsync");
        }
        command.addAll(extraArgs);
        return command;
    }

    /** The option is hidden, so the help does not tell; an unknown option is refused before the version is printed. */
    private boolean knowsUnsafeNoFsync() {
        return Commands.succeeds(List.of(program.toString(), "--unsafe-no-fsync", "--version"));
    }

    private static HttpProbe probe(int port) {
        return new HttpProbe(HOST, port, PATIENCE);
    }

    @Override
    public boolean ready(int port) throws IOException {
        return probe(port).healthy();
    }

    @Override
    public String version(int port) throws IOException {
        return probe(port).version();
    }

    /** Exact; see {@link HttpProbe#requests}. */
    @Override
    public OptionalLong requests(int port) throws IOException {
        return OptionalLong.of(probe(port).requests());
    }

    @Override
    public String url(int port) {
        return "etcd://" + HOST + ":" + port;
    }

    @Override
    public String origin() {
        return program.toString();
    }
}
