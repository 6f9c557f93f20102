package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Registers: a mark and a value, read and written by one transaction. The transaction compares the mark with the token
 * by itself, so that it needs neither a read before it nor a second try.
 */
final class EtcdRegisters implements RegisterDriver {
    private final EtcdTxns txns;
    private final EtcdLayout layout;
    private final Duration storeTimeout;

    EtcdRegisters(EtcdTxns txns, EtcdLayout layout, Duration storeTimeout) {
        this.txns = txns;
        this.layout = layout;
        this.storeTimeout = storeTimeout;
    }

    @Override
    public RegisterAnswer read(LockName name, long token) {
        Op get = Op.get(layout.registerValue(name), GetOption.DEFAULT);
        return ask("reading", name, token, get);
    }

    @Override
    public RegisterAnswer write(LockName name, long token, byte[] value) {
        Op put = Op.put(layout.registerValue(name), ByteSequence.from(value), PutOption.DEFAULT);
        return ask("writing", name, token, put);
    }

    private RegisterAnswer ask(String verb, LockName name, long token, Op access) {
        EtcdGuard guard = new EtcdGuard(layout.registerMark(name));
        Op[] accepted = {guard.raise(token), access};
        Op[] mark = {Op.get(guard.key(), GetOption.DEFAULT)};
        // A comparison with the value of a key that is not there is false, so the first access has a branch of its own.
        Op otherwise = Op.txn(new Cmp[] {guard.isAbsent()}, accepted, mark);
        try {
            TxnResponse reply = txns.commit(
                    verb + " register '" + name + "'",
                    RequestDeadline.in(txns.connection().ticker(), storeTimeout),
                    txn -> txn.If(guard.admits(token)).Then(accepted).Else(otherwise));
            if (reply.isSucceeded()) {
                return accepted(reply);
            }
            TxnResponse inner = reply.getTxnResponses().get(0);
            return inner.isSucceeded() ? accepted(inner) : stale(inner);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.unknown(verb + " register '" + name + "' at " + txns.store() + ": interrupted", e);
        }
    }

    private static RegisterAnswer accepted(TxnResponse reply) {
        Optional<byte[]> value = reply.getGetResponses().stream()
                .flatMap(found -> found.getKvs().stream())
                .findFirst()
                .map(found -> found.getValue().getBytes());
        return new RegisterAnswer.Accepted(value);
    }

    private static RegisterAnswer stale(TxnResponse reply) {
        List<KeyValue> mark = reply.getGetResponses().get(0).getKvs();
        return new RegisterAnswer.Stale(Long.parseLong(mark.get(0).getValue().toString(UTF_8)));
    }
}
