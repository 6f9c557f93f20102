package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An ensemble of ZooKeeper servers. Each one's peers know it by two relays: one for elections, one for the leader. */
final class ZooKeeperFormation implements Formation {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Pattern EPOCH = Pattern.compile("(?s)Zxid: 0x([0-9a-f]+)\n.*Mode: leader");
    private static final int FOLLOWER_INFO = 11;

    /** The ports of one server, as it listens on them and as its peers know them. */
    private record Addresses(int peers, int election, PeerProxy peersProxy, PeerProxy electionProxy) {
        String own() {
            return Recipe.HOST + ":" + peers + ":" + election;
        }

        String known() {
            return Recipe.HOST + ":" + peersProxy.port() + ":" + electionProxy.port();
        }
    }

    private final List<Addresses> addresses = new ArrayList<>();
    private final List<String> extraArgs;

    ZooKeeperFormation(int size, List<String> extraArgs, PeerCut cut) {
        this.extraArgs = extraArgs;
        for (int i = 0; i < size; i++) {
            int peers = Ports.take();
            int election = Ports.take();
            PeerProxy peersProxy = PeerProxy.before(cut, ZooKeeperFormation::follower, i, peers);
            PeerProxy electionProxy = PeerProxy.before(cut, new Election(), i, election);
            addresses.add(new Addresses(peers, election, peersProxy, electionProxy));
        }
    }

    private List<String> lines(int server) {
        List<String> lines = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "initLimit=20", "syncLimit=4"));
        for (int i = 0; i < addresses.size(); i++) {
            Addresses of = addresses.get(i);
            lines.add("server." + (i + 1) + "=" + (i == server ? of.own() : of.known()));
        }
        lines.addAll(extraArgs);
        return lines;
    }

    /** The first packet of a follower: type, zxid, length of its data, its number. */
    private static String follower(byte[] first) {
        ByteBuffer packet = ByteBuffer.wrap(first);
        return first.length >= 24 && packet.getInt() == FOLLOWER_INFO ? Long.toString(packet.getLong(16)) : "";
    }

    /**
     * The first message of an election's connection: version, number, address. Of two servers the one with the higher
     * number keeps the connection that it made itself, to the address in this message: that has to be the relay's.
     */
    private final class Election implements PeerProxy.Protocol {
        @Override
        public String sender(byte[] first) {
            return first.length >= 16 ? Long.toString(ByteBuffer.wrap(first).getLong(8)) : "";
        }

        @Override
        public byte[] passedOn(byte[] first) {
            String message = new String(first, StandardCharsets.ISO_8859_1);
            for (Addresses of : addresses) {
                message = message.replace(
                        Recipe.HOST + ":" + of.election(),
                        Recipe.HOST + ":" + of.electionProxy().port());
            }
            if (message.length() != first.length) {
                throw new StoreException("the ports of ZooKeeper's servers and their relays differ in length");
            }
            return message.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static final class Server extends ZooKeeperRecipe {
        private final int server;

        Server(int server, List<String> lines) {
            super("org.apache.zookeeper.server.quorum.QuorumPeerMain", lines);
            this.server = server;
        }

        @Override
        public void prepare(StoreDirectory directory) throws IOException {
            super.prepare(directory);
            Files.writeString(directory.data().resolve("myid"), Integer.toString(server + 1));
        }
    }

    @Override
    public int size() {
        return addresses.size();
    }

    @Override
    public boolean needsQuorum() {
        return true;
    }

    @Override
    public Recipe recipe(int member, List<RunningStore> before) {
        return new Server(member, lines(member));
    }

    /** The epoch, which is the upper half of every transaction's number. */
    @Override
    public OptionalLong term(RunningStore member) throws IOException {
        Matcher leader = EPOCH.matcher(new FourLetterProbe(member.host(), member.port(), SOON).ask("srvr"));
        return leader.find()
                ? OptionalLong.of(Long.parseUnsignedLong(leader.group(1), 16) >>> 32)
                : OptionalLong.empty();
    }

    @Override
    public String peerName(int member, List<RunningStore> members) {
        return Integer.toString(member + 1);
    }

    @Override
    public List<PeerProxy> proxies() {
        List<PeerProxy> all = new ArrayList<>();
        addresses.forEach(of -> all.addAll(List.of(of.peersProxy(), of.electionProxy())));
        return all;
    }

    @Override
    public void close() {
        addresses.forEach(of -> {
            Ports.giveBack(of.peers());
            Ports.giveBack(of.election());
        });
    }
}
