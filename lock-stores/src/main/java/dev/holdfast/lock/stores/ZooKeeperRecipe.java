package dev.holdfast.lock.stores;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * ZooKeeper's own server from the jars on our class path, in a JVM of its own, so that it can be paused and killed. The
 * child gets those jars only: whatever else is on our class path cannot disturb it.
 *
 * <p>Extra arguments that start with {@code -} go to the child's JVM, the others are lines of {@code zoo.cfg}.
 */
class ZooKeeperRecipe implements Recipe {
    private static final String MAIN = "org.apache.zookeeper.server.ZooKeeperServerMain";

    /** One class of each jar the server needs. */
    private static final List<String> NEEDED = List.of(
            MAIN,
            "org.apache.jute.Record",
            "org.slf4j.Logger",
            "com.codahale.metrics.Reservoir",
            "org.xerial.snappy.SnappyInputStream");

    /** Makes the server's warnings appear in the log, where present. */
    private static final String LOGGER = "org.slf4j.simple.SimpleLogger";

    private static final String PACKETS = "zk_packets_received";
    private static final Duration WHILE_STARTING = Duration.ofMillis(250);

    private final String main;
    private final List<String> extraArgs;

    /** Packets of our own four-letter commands since the server started. */
    private final AtomicLong ownPackets = new AtomicLong();

    /** A server that stands alone. */
    ZooKeeperRecipe(List<String> extraArgs) {
        this(MAIN, extraArgs);
    }

    /** A server whose main class is this one. */
    ZooKeeperRecipe(String main, List<String> extraArgs) {
        this.main = main;
        this.extraArgs = extraArgs;
    }

    /** The first class without which the server cannot run; empty when it can. */
    static Optional<String> missingClass() {
        return NEEDED.stream().filter(name -> jarOf(name).isEmpty()).findFirst();
    }

    private static Optional<Path> jarOf(String className) {
        try {
            ClassLoader loader = ZooKeeperRecipe.class.getClassLoader();
            CodeSource source = Class.forName(className, false, loader)
                    .getProtectionDomain()
                    .getCodeSource();
            URI jar = source.getLocation().toURI();
            return Optional.of(Path.of(jar));
        } catch (ClassNotFoundException | NoClassDefFoundError absent) {
            return Optional.empty();
        } catch (URISyntaxException e) {
            throw new StoreException("where is the jar of " + className + "?", e);
        }
    }

    @Override
    public final StoreKind kind() {
        return StoreKind.ZOOKEEPER;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        Files.createDirectories(directory.data());
    }

    @Override
    public final List<String> command(StoreDirectory directory, int port) throws IOException {
        Path config = directory.path().resolve("zoo.cfg");
        Files.write(config, config(directory, port));
        String classPath = Stream.concat(NEEDED.stream(), Stream.of(LOGGER))
                .flatMap(name -> jarOf(name).stream())
                .distinct()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + directory.path()));
        command.addAll(List.of("-Dzookeeper.forceSync=no", "-Dzookeeper.preAllocSize=1024"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        extraArgs.stream().filter(ZooKeeperRecipe::isForJvm).forEach(command::add);
        command.addAll(List.of("-cp", classPath, main, config.toString()));
        return command;
    }

    private List<String> config(StoreDirectory directory, int port) {
        List<String> lines = new ArrayList<>(List.of(
                "dataDir=" + directory.data(),
                "clientPort=" + port,
                "clientPortAddress=" + HOST,
                "maxClientCnxns=0",
                "tickTime=500",
                "minSessionTimeout=1000",
                "maxSessionTimeout=40000",
                "admin.enableServer=false",
                "4lw.commands.whitelist=*"));
        extraArgs.stream().filter(argument -> !isForJvm(argument)).forEach(lines::add);
        return lines;
    }

    private static boolean isForJvm(String argument) {
        return argument.startsWith("-");
    }

    /** A server on its way up accepts connections and may never answer them, hence the short patience. */
    @Override
    public final boolean ready(int port) throws IOException {
        FourLetterProbe probe = new FourLetterProbe(HOST, port, WHILE_STARTING);
        if (!probe.ask("srvr").contains("Mode:")) {
            return false;
        }
        ownPackets.set(probe.figure(PACKETS));
        return true;
    }

    @Override
    public final String version(int port) throws IOException {
        ownPackets.incrementAndGet();
        String answer = new FourLetterProbe(HOST, port, PATIENCE).ask("srvr");
        return answer.replaceFirst("(?s)^Zookeeper version: ([0-9.]+).*$", "$1");
    }

    /** Packets received: requests, also of one batch, new sessions and the clients' pings. */
    @Override
    public final OptionalLong requests(int port) throws IOException {
        ownPackets.incrementAndGet();
        FourLetterProbe probe = new FourLetterProbe(HOST, port, PATIENCE);
        return OptionalLong.of(probe.figure(PACKETS) - ownPackets.get());
    }

    @Override
    public final String url(int port) {
        return "zookeeper://" + HOST + ":" + port;
    }

    @Override
    public final String origin() {
        return jarOf(MAIN).map(Path::toString).orElse("?");
    }
}
