package dev.holdfast.lock.acceptance;

import static dev.holdfast.lock.acceptance.BadInputIT.refused;

import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.HttpProbe;
import dev.holdfast.lock.stores.PostgresProbe;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stores that answer and must not be used: wrong credentials, privileges, settings, role, mode or version. */
@Tag("A7")
class RefusingStoresIT {
    private static final Duration PROBE = Duration.ofSeconds(5);

    @Test
    void redisPasswordAndPrivileges() throws Exception {
        try (RunningStore redis = StoreRack.another(StoreKind.REDIS)) {
            String at = "127.0.0.1:" + redis.port();
            try (RespProbe probe = new RespProbe(redis.host(), redis.port(), PROBE)) {
                probe.call("ACL", "SETUSER", "weak", "on", ">s3cret", "~other:*", "+@all");
                probe.call("ACL", "SETUSER", "default", "on", ">right", "~*", "&*", "+@all");
            }
            refused("redis://" + at, at, "password");
            refused("redis://:s3cret@" + at, at, "password");
            refused("redis://weak:s3cret@" + at, at, "ACL");
        }
    }

    @Test
    void redisThatEvicts() throws Exception {
        try (RunningStore redis =
                StoreRack.another(StoreKind.REDIS, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")) {
            refused(redis.url(), "allkeys-lru", "noeviction");
        }
    }

    @Test
    void redisReplica() throws Exception {
        try (RunningStore primary = StoreRack.another(StoreKind.REDIS);
                RunningStore replica =
                        StoreRack.another(StoreKind.REDIS, "--replicaof", "127.0.0.1 " + primary.port())) {
            refused(replica.url(), "replica");
        }
    }

    @Test
    void redisNamespaceOfAnotherProtocol() throws Exception {
        RunningStore redis = StoreRack.store(StoreKind.REDIS);
        Locks.open(redis.url() + "?namespace=other-version").close();
        try (RespProbe probe = new RespProbe(redis.host(), redis.port(), PROBE)) {
            probe.call("HSET", "hf:meta:{other-version}", "protocol", "99");
        }
        refused(redis.url() + "?namespace=other-version", "99", "other-version");
    }

    @Test
    void etcdPasswordAndPrivileges() throws Exception {
        try (RunningStore etcd = StoreRack.another(StoreKind.ETCD)) {
            String at = "127.0.0.1:" + etcd.port();
            HttpProbe probe = new HttpProbe(etcd.host(), etcd.port(), PROBE);
            probe.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"right\"}");
            probe.post("/v3/auth/role/add", "{\"name\":\"root\"}");
            probe.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
            probe.post("/v3/auth/user/add", "{\"name\":\"weak\",\"password\":\"s3cret\"}");
            probe.post("/v3/auth/enable", "{}");
            refused("etcd://" + at, at, "user");
            refused("etcd://root:s3cret@" + at, at, "password");
            refused("etcd://weak:s3cret@" + at, at, "grant-permission");
        }
    }

    @Test
    void etcdNamespaceOfAnotherProtocol() throws Exception {
        RunningStore etcd = StoreRack.store(StoreKind.ETCD);
        HttpProbe probe = new HttpProbe(etcd.host(), etcd.port(), PROBE);
        probe.post(
                "/v3/kv/put",
                "{\"key\":\"" + base64("holdfast/other-version/record") + "\",\"value\":\""
                        + base64("protocol=99 mode=queue scale=1") + "\"}");
        refused(etcd.url() + "?namespace=other-version", "99", "other-version");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void zooKeeperPrivileges() throws Exception {
        RunningStore zooKeeper = StoreRack.store(StoreKind.ZOOKEEPER);
        String at = "127.0.0.1:" + zooKeeper.port();
        Locks.open("zookeeper://owner:right@" + at + "/private").close();
        refused("zookeeper://" + at + "/private", at, "/private");
        refused("zookeeper://owner:s3cret@" + at + "/private", at, "/private");
    }

    @Test
    void zooKeeperNamespaceOfAnotherProtocol() throws Exception {
        RunningStore zooKeeper = StoreRack.store(StoreKind.ZOOKEEPER);
        Locks.open(zooKeeper.url() + "?namespace=other-version").close();
        ZooKeeper direct = new ZooKeeper("127.0.0.1:" + zooKeeper.port(), 5_000, event -> {});
        try {
            String record = "/holdfast/other-version/record";
            String now = new String(direct.getData(record, false, null), StandardCharsets.UTF_8);
            direct.setData(record, now.replace("protocol=1", "protocol=99").getBytes(StandardCharsets.UTF_8), -1);
        } finally {
            direct.close();
        }
        refused(zooKeeper.url() + "?namespace=other-version", "99", "other-version");
    }

    @Test
    void postgresPasswordDatabaseAndPrivileges() throws Exception {
        try (RunningStore postgres = StoreRack.another(StoreKind.POSTGRES)) {
            String at = "127.0.0.1:" + postgres.port();
            try (PostgresProbe probe = new PostgresProbe(postgres.host(), postgres.port(), "holdfast", PROBE)) {
                probe.query("CREATE ROLE weak LOGIN PASSWORD 's3cret'");
            }
            refused("postgresql://holdfast:s3cret@" + at + "/holdfast", at, "password");
            refused(postgres.url().replaceFirst("/holdfast$", "/nowhere"), "nowhere", "existing database");
            refused("postgresql://weak:s3cret@" + at + "/holdfast", at, "GRANT");
        }
    }

    @Test
    void postgresStandby() throws Exception {
        try (RunningStore primary = StoreRack.another(StoreKind.POSTGRES);
                RunningStore standby = StoreRack.launcher().startPostgresStandby(primary)) {
            Locks.open(primary.url()).close();
            refused(standby.url(), "read-only", "primary");
        }
    }

    @Test
    void postgresNamespaceOfAnotherProtocolOrMode() throws Exception {
        RunningStore postgres = StoreRack.store(StoreKind.POSTGRES);
        Locks.open(postgres.url() + "?namespace=other-version").close();
        Locks.open(postgres.url() + "?namespace=other-mode").close();
        try (PostgresProbe probe = new PostgresProbe(postgres.host(), postgres.port(), "holdfast", PROBE)) {
            probe.query("UPDATE holdfast.meta SET protocol = 99 WHERE namespace = 'other-version'");
            probe.query("UPDATE holdfast.meta SET mode = 'advisory' WHERE namespace = 'other-mode'");
        }
        refused(postgres.url() + "?namespace=other-version", "99", "other-version");
        refused(postgres.url() + "?namespace=other-mode", "advisory", "other-mode");
    }
}
