package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A cluster of etcd members. Each one's peer URL is that of its {@link PeerProxy}. */
final class EtcdFormation implements Formation {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Pattern FROM = Pattern.compile("(?i)^X-Server-From: *(\\w+)", Pattern.MULTILINE);
    private static final Pattern SELF = Pattern.compile("\"member_id\":\"(\\d+)\"");
    private static final Pattern LEADER = Pattern.compile("\"leader\":\"(\\d+)\"");
    private static final Pattern TERM = Pattern.compile("\"raftTerm\":\"(\\d+)\"");

    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<PeerProxy> proxies = new ArrayList<>();
    private final Path program;
    private final List<String> extraArgs;

    EtcdFormation(Path program, int size, List<String> extraArgs, PeerCut cut) {
        this.program = program;
        this.extraArgs = extraArgs;
        for (int i = 0; i < size; i++) {
            int port = Ports.take();
            peerPorts.add(port);
            proxies.add(PeerProxy.before(cut, EtcdFormation::sender, i, port));
        }
    }

    private static String sender(byte[] first) {
        Matcher from = FROM.matcher(new String(first, StandardCharsets.ISO_8859_1));
        return from.find() ? from.group(1) : "";
    }

    private List<String> arguments(int member) {
        String cluster = IntStream.range(0, proxies.size())
                .mapToObj(i -> name(i) + "=" + url(proxies.get(i).port()))
                .collect(Collectors.joining(","));
        List<String> arguments = new ArrayList<>(List.of("--name", name(member)));
        arguments.addAll(List.of("--listen-peer-urls", url(peerPorts.get(member))));
        arguments.addAll(
                List.of("--initial-advertise-peer-urls", url(proxies.get(member).port())));
        arguments.addAll(List.of("--initial-cluster", cluster));
        arguments.addAll(extraArgs);
        return arguments;
    }

    private static String name(int member) {
        return "member" + (member + 1);
    }

    private static String url(int port) {
        return "http://" + Recipe.HOST + ":" + port;
    }

    @Override
    public int size() {
        return proxies.size();
    }

    @Override
    public boolean needsQuorum() {
        return true;
    }

    @Override
    public Recipe recipe(int member, List<RunningStore> before) {
        return new EtcdRecipe(program, arguments(member));
    }

    @Override
    public OptionalLong term(RunningStore member) throws IOException {
        String status = status(member);
        return first(SELF, status).equals(first(LEADER, status))
                ? OptionalLong.of(Long.parseLong(first(TERM, status)))
                : OptionalLong.empty();
    }

    private static String status(RunningStore member) throws IOException {
        return new HttpProbe(member.host(), member.port(), SOON).post("/v3/maintenance/status", "{}");
    }

    private static String first(Pattern pattern, String status) throws IOException {
        Matcher matcher = pattern.matcher(status);
        if (!matcher.find()) {
            // A member that knows of no leader leaves the field out.
            return pattern == LEADER ? "" : fail(status);
        }
        return matcher.group(1);
    }

    private static String fail(String status) throws IOException {
        throw new IOException("this is not the status of an etcd: " + status);
    }

    /** etcd's number of the member, in hexadecimal; it follows from the peer URL and so stays the same. */
    @Override
    public String peerName(int member, List<RunningStore> members) throws IOException {
        return Long.toHexString(Long.parseUnsignedLong(first(SELF, status(members.get(member)))));
    }

    @Override
    public List<PeerProxy> proxies() {
        return proxies;
    }

    @Override
    public void close() {
        peerPorts.forEach(Ports::giveBack);
    }
}
