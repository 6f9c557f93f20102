package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningStore;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The guard inside transactions of an application, and what a register leaves in etcd. */
class EtcdGuardIT {
    private static final ByteSequence LEDGER = ByteSequence.from("ledger", UTF_8);

    private static RunningStore store;
    private static Client client;
    private final EtcdGuard guard = new EtcdGuard(ByteSequence.from("guard-" + System.nanoTime(), UTF_8));
    private final KV kv = client.getKVClient();

    @BeforeAll
    static void start() {
        store = EtcdBench.startStore();
        client = Client.builder().target(EtcdBench.target(store)).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        store.close();
    }

    private TxnResponse write(long token, String value) throws Exception {
        return kv.txn()
                .If(guard.admits(token))
                .Then(guard.raise(token), Op.put(LEDGER, ByteSequence.from(value, UTF_8), PutOption.DEFAULT))
                .Else(Op.get(guard.key(), GetOption.DEFAULT))
                .commit()
                .get(5, TimeUnit.SECONDS);
    }

    private void create() throws Exception {
        kv.txn().Then(guard.create()).commit().get(5, TimeUnit.SECONDS);
    }

    private String ledger() throws Exception {
        return kv.get(LEDGER)
                .get(5, TimeUnit.SECONDS)
                .getKvs()
                .get(0)
                .getValue()
                .toString(UTF_8);
    }

    @Test
    void aTransactionOfTheUserRefusesALowerTokenAndChangesNothing() throws Exception {
        create();
        assertTrue(write(9, "nine").isSucceeded());
        assertTrue(write(9, "nine again").isSucceeded());
        assertTrue(write(10, "ten").isSucceeded());
        TxnResponse stale = write(9, "late");
        assertFalse(stale.isSucceeded());
        KeyValue mark = stale.getGetResponses().get(0).getKvs().get(0);
        assertEquals(10, Long.parseLong(mark.getValue().toString(UTF_8)));
        assertEquals("ten", ledger());
        create();
        assertFalse(write(9, "late").isSucceeded(), "creating it again keeps the mark");
        assertTrue(write(Long.MAX_VALUE - 1, "last").isSucceeded());
        assertFalse(write(Long.MAX_VALUE - 2, "late").isSucceeded());
    }

    @Test
    void aMissingMarkAdmitsNobody() throws Exception {
        assertFalse(write(1, "nobody").isSucceeded());
        create();
        assertTrue(write(1, "somebody").isSucceeded());
    }

    @Test
    void aRegisterIsTwoKeysWithoutALease() throws Exception {
        try (LockClient locks = Locks.open(store.url() + "?namespace=layout")) {
            locks.register("a/b").write(5, new byte[] {1, 2});
        }
        GetOption prefix = GetOption.builder().isPrefix(true).build();
        List<KeyValue> found = kv.get(ByteSequence.from("holdfast/layout/r/", UTF_8), prefix)
                .get(5, TimeUnit.SECONDS)
                .getKvs();
        assertEquals(
                List.of("holdfast/layout/r/a%2Fb/mark", "holdfast/layout/r/a%2Fb/value"),
                found.stream().map(each -> each.getKey().toString(UTF_8)).toList());
        assertEquals("0000000000000000005", found.get(0).getValue().toString(UTF_8));
        assertEquals(List.of(0L, 0L), found.stream().map(KeyValue::getLease).toList());
    }
}
