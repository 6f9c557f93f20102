package dev.holdfast.lock.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.FencedRegister;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.spi.Claim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Chapter R, first part: what a fenced register accepts, refuses and keeps. */
public interface RegisterTck extends Chapter {
    /** Ends of names that a careless layout takes for one another, or for parts of a register. */
    List<String> ALIKE = List.of("", "/", "/mark", "/value", "A", "a", "{a}", "%7Ba%7D", " ", "\u00e9", "e\u0301");

    /** A token that is lower than the mark is refused, and nothing changes. If this fails, look at the comparison. */
    @Test
    @Verifies(Rule.R1)
    default void r1_lowerTokenIsRefusedInReadsAsInWrites() throws Exception {
        try (Stage stage = stage()) {
            Cell cell = Cell.of(stage.client(), stage.name());
            Cell former = Cell.of(stage.client(), cell.name());
            cell.write(20, "twenty");
            for (long lower : List.of(1L, 9L, 19L)) {
                assertEquals(20, former.refusedWrite(lower, "late"), "a write with token " + lower);
                assertEquals(20, former.refusedRead(lower), "a read with token " + lower);
            }
            assertEquals(Optional.of("twenty"), cell.read(20));
        }
    }

    /**
     * Tokens compare as numbers, whatever their length. If this fails: are they compared as text, or as floating
     * point numbers, which are exact to 2^53?
     */
    @Test
    @Verifies({Rule.R1, Rule.R3})
    default void r1_tokensCompareAsNumbers() throws Exception {
        try (Stage stage = stage()) {
            Cell cell = Cell.of(stage.client(), stage.name());
            List<Long> rising =
                    List.of(9L, 10L, 99L, 100L, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE);
            for (int i = 0; i < rising.size(); i++) {
                cell.write(rising.get(i), "v" + i);
                if (i > 0) {
                    assertEquals(rising.get(i), cell.refusedWrite(rising.get(i - 1), "late"), "a lower token");
                }
                assertEquals(Optional.of("v" + i), cell.read(rising.get(i)), "an equal token");
            }
        }
    }

    /** A read raises the mark, so a late write is refused. If this fails: does a read only look? */
    @Test
    @Verifies(Rule.R2)
    default void r2_readRaisesTheMark() throws Exception {
        try (Stage stage = stage()) {
            Cell former = Cell.of(stage.client(), stage.name());
            Cell next = Cell.of(stage.client(), former.name());
            assertEquals(Optional.empty(), former.read(7));
            assertEquals(Optional.empty(), next.read(8));
            assertEquals(8, former.refusedWrite(7, "late"), "a write below a mark that a read has raised");
            former.write(9, "first");
            assertEquals(Optional.of("first"), next.read(11));
            assertEquals(11, former.refusedWrite(10, "late"), "a write below a mark that a read has raised");
            assertEquals(Optional.of("first"), next.read(11));
        }
    }

    /**
     * The late write of a holder that was stopped beyond its lease is refused once its successor has read. If this
     * fails, look at R2 and at the successor's token.
     */
    @Test
    @Verifies(Rule.R2)
    default void r2_stoppedHolderIsRefusedWhenItGoesOn() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            Cell cell = Cell.of(client, stage.name());
            ChildJvm holder = stage.taker(cell.name(), stage.lease());
            String answer = holder.ask("acquire 5000");
            assertTrue(answer.startsWith("granted "), answer);
            assertEquals("read nothing", holder.ask("read"));
            assertEquals("written", holder.ask("write first"));
            holder.pause();
            try {
                Duration free = client.info().leaseTime().plus(harness().crashSlack());
                try (Lease next = client.named(cell.name()).acquire(free.plus(Timing.patience()))) {
                    assertEquals(Optional.of("first"), cell.read(next.fencingToken()));
                    holder.resume();
                    assertEquals("stale", answered(holder, "write late"), "a write after its successor has read");
                    assertEquals("stale", answered(holder, "read"), "a read after its successor has read");
                    cell.write(next.fencingToken(), "second");
                    assertEquals(Optional.of("second"), cell.read(next.fencingToken()));
                }
            } finally {
                holder.resume();
            }
        }
    }

    /** What the other JVM answers once it has found the store again. */
    private static String answered(ChildJvm holder, String request) throws Exception {
        String[] answer = {holder.ask(request)};
        Await.until("an answer to the late request", Timing.patience(), () -> {
            if (!answer[0].startsWith("failed ")) {
                return true;
            }
            answer[0] = holder.ask(request);
            return false;
        });
        return answer[0];
    }

    /** The same in one JVM, with a lease that lapsed. If this fails, look at R2 and at the successor's token. */
    @Test
    @Verifies(Rule.R2)
    default void r2_lapsedHolderIsRefusedOnceItsSuccessorHasRead() throws Exception {
        try (Stage stage = stage()) {
            LockClient holding = stage.client();
            Cell former = Cell.of(holding, stage.name());
            Lease first = holding.named(former.name(), LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            former.write(first.fencingToken(), "first");
            LockClient waiting = stage.steadyClient();
            Duration free = holding.info().leaseTime().plus(harness().crashSlack());
            try (Lease second = waiting.named(former.name()).acquire(free.plus(Timing.patience()))) {
                Cell next = Cell.of(waiting, former.name());
                assertEquals(Optional.of("first"), next.read(second.fencingToken()));
                assertEquals(
                        second.fencingToken(),
                        former.refusedWrite(first.fencingToken(), "late"),
                        "a write of a former holder after its successor has read");
            }
        }
    }

    /** An equal token is accepted again and again. If this fails: is "not higher" taken for "lower"? */
    @Test
    @Verifies(Rule.R3)
    default void r3_equalTokenIsAccepted() throws Exception {
        try (Stage stage = stage()) {
            Cell one = Cell.of(stage.client(), stage.name());
            Cell other = Cell.of(stage.client(), one.name());
            for (int i = 0; i < 3; i++) {
                one.write(5, "a" + i);
                assertEquals(Optional.of("a" + i), other.read(5), "an equal token, after a write");
                other.write(5, "b" + i);
                assertEquals(Optional.of("b" + i), one.read(5), "an equal token, after a write of another client");
            }
            one.write(6, "");
            assertEquals(Optional.of(""), one.read(6), "an empty value");
        }
    }

    /** Any bytes come back as they were. If this fails: where are bytes taken for text? */
    @Test
    @Verifies(Rule.R5)
    default void r5_bytesComeBackAsTheyWere() throws Exception {
        try (Stage stage = stage()) {
            FencedRegister register = Cell.of(stage.client(), stage.name()).register();
            byte[] value = new byte[FencedRegister.MAX_BYTES];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) i;
            }
            register.write(1, value);
            assertArrayEquals(value, register.read(1).orElseThrow(), "64 KiB of all bytes");
        }
    }

    /** Mark and value stay when every client is closed. If this fails: do they hang on a session or on a lease? */
    @Test
    @Verifies(Rule.R5)
    default void r5_markAndValueOutlastTheirClients() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            try (LockClient client = harness().open(stage.options().build());
                    Lease lease = client.named(name).acquire(Timing.patience())) {
                Cell.of(client, name).write(lease.fencingToken(), "kept");
            }
            LockClient client = stage.client();
            Cell cell = Cell.of(client, name);
            try (Lease lease = client.named(name).acquire(Timing.patience())) {
                assertEquals(Optional.of("kept"), cell.read(lease.fencingToken()));
                assertEquals(lease.fencingToken(), cell.refusedRead(lease.fencingToken() - 1), "a lower token");
            }
        }
    }

    /** Registers of distinct names and namespaces are distinct. If this fails: which two does the layout join? */
    @Test
    @Verifies(Rule.R7)
    default void r7_registersShareNothing() throws Exception {
        try (Stage stage = stage()) {
            String base = stage.name();
            String url = harness().url();
            String elsewhere = Drivers.with(url, "namespace", Drivers.namespace(url) + "-r7");
            List<LockClient> clients = List.of(
                    stage.steadyClient(),
                    stage.client(
                            elsewhere,
                            stage.options().leaseTime(stage.longLease()).build()));
            List<Map.Entry<Cell, String>> written = new ArrayList<>();
            for (LockClient client : clients) {
                for (String end : ALIKE) {
                    Cell cell = Cell.of(client, base + end);
                    long token = 1_000L + written.size();
                    String value = "value " + written.size();
                    assertEquals(Optional.empty(), cell.read(token), "shares its value with another: " + end);
                    cell.write(token, value);
                    written.add(Map.entry(cell, value));
                }
            }
            try (Lease lease = clients.get(0).named(base).acquire(Timing.patience())) {
                for (Map.Entry<Cell, String> each : written) {
                    assertEquals(Optional.of(each.getValue()), each.getKey().read(lease.fencingToken()));
                }
                assertTrue(lease.isHeld(), "a register took the lock of its name");
            }
        }
    }

    /** A register of text, whose refusals are values. */
    record Cell(FencedRegister register) {
        /** Of this client; aborts the test where the driver has no registers. */
        static Cell of(LockClient client, String name) {
            if (!client.info().claims().contains(Claim.FENCED_REGISTER)) {
                throw new NotClaimed(Claim.FENCED_REGISTER);
            }
            return new Cell(client.register(name));
        }

        String name() {
            return register.name();
        }

        Optional<String> read(long token) {
            return register.read(token).map(bytes -> new String(bytes, UTF_8));
        }

        void write(long token, String value) {
            register.write(token, value.getBytes(UTF_8));
        }

        /** The mark that a read with this token is refused for. */
        long refusedRead(long token) {
            return refused("a read", token, () -> read(token));
        }

        /** The mark that a write with this token is refused for. */
        long refusedWrite(long token, String value) {
            return refused("a write", token, () -> write(token, value));
        }

        private static long refused(String what, long token, Runnable request) {
            try {
                request.run();
            } catch (StaleTokenException e) {
                assertEquals(token, e.token());
                return e.mark();
            }
            throw new AssertionFailedError(what + " with the lower token " + token + " was accepted");
        }
    }
}
