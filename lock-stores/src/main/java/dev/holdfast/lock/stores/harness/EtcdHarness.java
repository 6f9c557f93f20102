package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.HttpProbe;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.LinkControl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** etcd, through its JSON gateway; the keys it reads are those of {@code docs/etcd.md}. */
final class EtcdHarness extends StoreHarness {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");
    private static final Pattern LEASE = Pattern.compile("\"lease\":\"(\\d+)\"");

    /** A gRPC message of ten bytes whose first field is a 63-bit number: LeaseKeepAliveRequest. */
    private static final String KEEP_ALIVE = "\0\0\0\0\n\b";

    private final boolean zombieLeaders;

    EtcdHarness(RunningStore store) {
        super(store);
        this.zombieLeaders = false; // one node is never a former leader
    }

    EtcdHarness(Deployment store) {
        super(store);
        this.zombieLeaders = hasZombieLeaders(store.server().version());
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/etcd/etcd" + suffix() + (zombieLeaders ? "-zombie-leader" : "") + ".expected";
    }

    /** Whether a leader that stood still may revoke leases when it goes on: etcd #15247, the fault of the server. */
    static boolean hasZombieLeaders(String version) {
        Matcher number = VERSION.matcher(version);
        if (!number.lookingAt()) {
            throw new IllegalArgumentException("no version of etcd: " + version);
        }
        int major = Integer.parseInt(number.group(1));
        int minor = Integer.parseInt(number.group(2));
        int patch = Integer.parseInt(number.group(3));
        if (major != 3 || minor > 5) {
            return major < 3;
        }
        return minor == 5 ? patch < 13 : minor < 4 || patch < 31;
    }

    @Override
    public Duration shortestLease() {
        return Duration.ofSeconds(2);
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofSeconds(2);
    }

    @Override
    LostReply request(LinkControl.Operation operation) {
        return operation == LinkControl.Operation.RENEW ? LostReply.of(kind(), KEEP_ALIVE) : super.request(operation);
    }

    @Override
    List<String> entries() throws IOException {
        return probe().keys("holdfast/" + namespace() + "/q/");
    }

    @Override
    boolean end(String lockName) throws IOException {
        String prefix =
                "holdfast/" + namespace() + "/q/" + lockName.replace("%", "%25").replace("/", "%2F") + "/";
        String holder = probe().post(
                        "/v3/kv/range",
                        "{\"key\":\"" + base64(prefix) + "\",\"range_end\":\""
                                + base64(prefix.substring(0, prefix.length() - 1) + "0")
                                + "\",\"limit\":1,\"sort_target\":\"CREATE\",\"sort_order\":\"ASCEND\"}");
        Matcher lease = LEASE.matcher(holder);
        if (!lease.find()) {
            return false;
        }
        probe().post("/v3/lease/revoke", "{\"ID\":\"" + lease.group(1) + "\"}");
        return true;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private HttpProbe probe() {
        return new HttpProbe(running().host(), running().port(), PROBE_TIMEOUT);
    }
}
