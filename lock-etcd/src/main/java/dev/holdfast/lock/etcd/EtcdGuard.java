package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;

/**
 * A guard for data that lie in etcd themselves: the pieces of your own transaction that compare a fencing token with
 * the highest one seen, and raise that mark, in the same atomic step as the data are read or written. Immutable.
 *
 * <pre>{@code
 * EtcdGuard guard = new EtcdGuard(ByteSequence.from("ledger/guard", UTF_8));
 * kv.txn().Then(guard.create()).commit().get();                   // once, when the data are set up
 *
 * TxnResponse done = kv.txn()
 *         .If(guard.admits(token))
 *         .Then(guard.raise(token), Op.put(ledger, value, PutOption.DEFAULT))
 *         .Else(Op.get(guard.key(), GetOption.DEFAULT))             // the mark, a decimal number
 *         .commit().get();
 * if (!done.isSucceeded()) { ... }                                  // nothing was written: a newer holder was here
 * }</pre>
 *
 * <p>Put both into the transactions that read too, and keep the mark for as long as the data: a missing mark admits no
 * token, until {@link #create} makes it anew, and then any.
 */
public final class EtcdGuard {
    /** Of the highest token plus one, 2^63. */
    private static final int DIGITS = 19;

    private final ByteSequence key;

    /**
     * A guard whose mark stands at this key.
     *
     * @param key beside the data, without a lease: it must not expire before they do
     */
    public EtcdGuard(ByteSequence key) {
        this.key = key;
    }

    /** Where the mark stands. */
    public ByteSequence key() {
        return key;
    }

    /** Makes the mark, admitting every token, unless it is there: for a transaction of its own. */
    public Op create() {
        return Op.txn(new Cmp[] {isAbsent()}, new Op[] {put(0)}, new Op[0]);
    }

    /** For the {@code If} of a transaction: the mark is there and not higher than this token. */
    public Cmp admits(long token) {
        return new Cmp(key, Cmp.Op.LESS, CmpTarget.value(decimal(positive(token) + 1)));
    }

    /** For its {@code Then}: this token is the mark now. */
    public Op raise(long token) {
        return put(positive(token));
    }

    Cmp isAbsent() {
        return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(0));
    }

    private Op put(long mark) {
        return Op.put(key, decimal(mark), PutOption.DEFAULT);
    }

    private static long positive(long token) {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        return token;
    }

    /** Of one length, so that etcd, which compares values byte by byte, compares numbers. */
    private static ByteSequence decimal(long unsigned) {
        String digits = Long.toUnsignedString(unsigned);
        return ByteSequence.from("0".repeat(DIGITS - digits.length()) + digits, UTF_8);
    }
}
