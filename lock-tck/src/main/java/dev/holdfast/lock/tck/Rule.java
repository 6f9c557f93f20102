package dev.holdfast.lock.tck;

import static dev.holdfast.lock.tck.Basis.Evidence.DETERMINISTIC;
import static dev.holdfast.lock.tck.Basis.Evidence.STOCHASTIC;
import static dev.holdfast.lock.tck.Basis.Evidence.UNTESTABLE;
import static dev.holdfast.lock.tck.Basis.Needs.LOST_REPLIES;
import static dev.holdfast.lock.tck.Basis.Needs.MEMBERS;
import static dev.holdfast.lock.tck.Basis.Needs.PROCESSES;
import static dev.holdfast.lock.tck.Basis.Needs.PROCESS_CONTROL;
import static dev.holdfast.lock.tck.Basis.driver;
import static dev.holdfast.lock.tck.Basis.engine;

import dev.holdfast.lock.spi.Claim;

/** The rules of docs/specification.md, sentence by sentence; the specification adds intent and limits. */
public enum Rule {
    S1(
            driver(STOCHASTIC),
            "A lock MUST NOT be held by two leases at the same instant, while clocks run at the same rate "
                    + "within 1 % and the store keeps its data."),
    S2(
            driver(STOCHASTIC),
            "A grant MUST carry a higher fencing token than every grant of its name that had returned before "
                    + "its acquire was invoked."),
    S3(
            driver(STOCHASTIC),
            "A resource that is shown the token before the first read, and rejects older ones, MUST NOT lose an "
                    + "update, even when leases overlap."),
    S4(
            driver(DETERMINISTIC),
            "A lease MUST NOT report held later than its lease time, less the drift margin, after the sending "
                    + "of the request that last started its server-side timer."),
    S5(
            driver(DETERMINISTIC),
            "Release and renew MUST affect only the grant that they were made for, compared by acquisition id "
                    + "and token in one atomic step."),
    S6(driver(DETERMINISTIC), "An acquire that is repeated after a lost reply MUST lead to one grant with one token."),
    S7(driver(DETERMINISTIC), "A lease that was lost or released MUST NOT become held again, whatever arrives later."),
    S8(driver(STOCHASTIC), "A holder whose lease lapses MUST see it lost before any rival is granted the lock."),
    S9(
            engine(UNTESTABLE).because("there is no re-entrant view yet; until then a second acquire contends (E3)"),
            "A re-entrant view of a lock MUST keep the token of its outermost grant and release only with its "
                    + "last release."),
    S10(
            driver(DETERMINISTIC),
            "A waiter that timed out, was cancelled or was killed MUST NOT own the lock afterwards, beyond one "
                    + "lease time for a killed one."),
    L1(
            driver(DETERMINISTIC).needs(PROCESSES),
            "The lock of a holder whose process was killed MUST be free within its lease time plus the slack "
                    + "that the page of the store states."),
    L2(
            driver(DETERMINISTIC).claim(Claim.DIRECT_WAKEUP),
            "A release MUST reach the next waiter through the store, without waiting for a poll."),
    L3(
            driver(DETERMINISTIC),
            "A store MUST NOT keep a grant or a queue entry once its leases are released or lapsed and its "
                    + "waits are over."),
    L4(
            driver(DETERMINISTIC).needs(MEMBERS),
            "The lock MUST stay available while a minority of the nodes of its store is down."),
    L5(
            driver(DETERMINISTIC).claim(Claim.FIFO),
            "Waiters MUST be granted the lock in the order in which the store received them."),
    L6(
            driver(DETERMINISTIC),
            "The store requests per hand-over, and those to keep leases held, MUST NOT grow with the number of "
                    + "waiters or leases."),
    F1(
            driver(DETERMINISTIC),
            "A fencing token MUST be positive and stay the same from grant to release, through every renewal."),
    F2(
            driver(DETERMINISTIC),
            "The tokens of a name MUST keep rising over release, lapse, and the closing of every client."),
    F3(
            driver(UNTESTABLE)
                    .because("a step inside the store cannot be seen from outside; S2 and S6 show " + "its effects"),
            "A token MUST be assigned in the same atomic step of the store as its grant."),
    F4(driver(DETERMINISTIC), "Every token MUST be higher than the `tokenFloor` of its client."),
    F5(
            driver(DETERMINISTIC),
            "A new name's first token MUST lie on the common scale, the microseconds since 1970 when its client "
                    + "was opened or later."),
    F6(
            driver(DETERMINISTIC).needs(PROCESS_CONTROL).claim(Claim.TOKENS_SURVIVE_DATA_LOSS),
            "Tokens MUST rise even when the store has lost all its data, as long as its clock is not below its "
                    + "own past."),
    F7(
            engine(UNTESTABLE)
                    .because("the resource belongs to the application; R1 to R3 and R11 show it for those of Holdfast"),
            "A fenced resource MUST reject a token lower than the highest it has seen, in reads as in writes, "
                    + "and accept an equal one."),
    R1(
            driver(DETERMINISTIC).claim(Claim.FENCED_REGISTER),
            "A register MUST refuse a token lower than its mark, in reads as in writes, and change nothing " + "then."),
    R2(
            driver(DETERMINISTIC).claim(Claim.FENCED_REGISTER),
            "A read of a register MUST raise its mark to the token shown, so that a late write of a former "
                    + "holder is refused."),
    R3(
            driver(DETERMINISTIC).claim(Claim.FENCED_REGISTER),
            "A register MUST accept a token equal to its mark, in reads as in writes, any number of times."),
    R4(
            driver(STOCHASTIC).claim(Claim.FENCED_REGISTER),
            "A register MUST NOT lose an accepted write of a holder that has read with its token before, even "
                    + "when leases overlap."),
    R5(
            driver(DETERMINISTIC).claim(Claim.FENCED_REGISTER),
            "Mark and value of a register MUST stay as they are, byte by byte, when leases, sessions and "
                    + "clients end."),
    R6(
            driver(DETERMINISTIC).needs(PROCESS_CONTROL).claim(Claim.SURVIVES_RESTART),
            "Mark and value of a register MUST survive a crash and restart of its store."),
    R7(
            driver(DETERMINISTIC).claim(Claim.FENCED_REGISTER),
            "Registers MUST NOT share state with those of other names or namespaces, nor with the lock of "
                    + "their own name."),
    R8(
            engine(DETERMINISTIC),
            "A request to a register that may have been executed MUST be told apart from one that was not, "
                    + "and from one that was refused."),
    R9(
            driver(DETERMINISTIC).needs(PROCESS_CONTROL).claim(Claim.FENCED_REGISTER),
            "A request to a register MUST be over within the store timeout, also with a dead store."),
    R10(
            driver(DETERMINISTIC).needs(PROCESS_CONTROL).claim(Claim.TOKENS_SURVIVE_DATA_LOSS),
            "A write of a former holder MUST be refused once the next holder has read, even when the store "
                    + "has lost all its data in between."),
    R11(
            engine(DETERMINISTIC),
            "A guard in memory MUST NOT begin work with a token lower than its mark, nor beside other work."),
    D1(
            engine(UNTESTABLE)
                    .because("a test cannot step the clock of the machine; an architecture test "
                            + "confines the wall clock to TokenClock and SuspendGuard"),
            "Every deadline MUST be counted on the monotonic clock of the client, never on a wall clock."),
    D2(
            driver(DETERMINISTIC),
            "A loss MUST be reported no later than the local deadline, plus scheduling, even while the store hangs."),
    D3(
            engine(DETERMINISTIC),
            "A lease that has less than two thirds of its lease time left when a wait ends MUST be renewed "
                    + "before acquire returns it."),
    D4(
            driver(DETERMINISTIC),
            "A lease MUST stay held beyond its lease time for as long as its renewals are confirmed."),
    D5(
            engine(DETERMINISTIC),
            "A lease MUST be lost with reason MAX_HOLD when it reaches the `maxHold` of its options, however "
                    + "well it was renewed."),
    D6(
            engine(DETERMINISTIC),
            "A release before `minHold` MUST let the next holder in only once `minHold` has passed since the grant."),
    D7(engine(DETERMINISTIC), "A lease without renewal MUST be lost no later than one lease time after its grant."),
    D8(
            engine(DETERMINISTIC),
            "A loss listener MUST be called exactly once for a loss, at once if the lease is lost already, and "
                    + "never after a release."),
    D9(engine(DETERMINISTIC), "A slow or throwing listener MUST NOT delay another listener, a renewal or a loss."),
    D10(engine(DETERMINISTIC), "A second release MUST change nothing and answer what the first one answered."),
    D11(
            driver(DETERMINISTIC),
            "A release MUST tell the truth: RELEASED if the lease was held until then, NOT_HELD after a loss, "
                    + "UNKNOWN without an answer."),
    D12(
            driver(DETERMINISTIC),
            "A release that is repeated before the local deadline because its reply was lost MUST answer RELEASED."),
    D13(driver(DETERMINISTIC), "Closing a client MUST release the leases that it holds."),
    D14(
            driver(DETERMINISTIC),
            "Closing a client MUST be over within three times its store timeout, also with a dead store."),
    D15(
            engine(DETERMINISTIC),
            "`withLease` MUST interrupt its task when the lease is lost, never the thread after it has "
                    + "returned, and tell that the lease did not last."),
    D16(
            driver(DETERMINISTIC),
            "A lease time that the store cannot keep exactly MUST be rounded up, and the client report the one "
                    + "in force."),
    D17(engine(DETERMINISTIC), "A lease MUST belong to its object, so that any thread can use and release it."),
    D18(engine(STOCHASTIC), "A lease that became unreachable without release MUST NOT be renewed for ever."),
    W1(driver(DETERMINISTIC), "`tryAcquire` without a wait MUST NOT wait for another holder."),
    W2(driver(DETERMINISTIC), "A timed wait MUST NOT give up before its time while the store answers."),
    W3(
            driver(DETERMINISTIC),
            "An interrupted wait MUST end with InterruptedException and leave neither grant nor queue entry."),
    W4(engine(DETERMINISTIC), "A grant that arrives for an acquire that no longer waits MUST be given back."),
    W5(driver(DETERMINISTIC), "An acquire MUST be over 500 ms after its wait at the latest, also with a dead store."),
    W6(
            driver(DETERMINISTIC),
            "After a release a waiter MUST acquire within a third of the lease time, also when no wake-up "
                    + "reached it."),
    W7(engine(DETERMINISTIC), "`acquire()` without a bound of its own MUST give up after the `maxWait` of its client."),
    W8(
            engine(DETERMINISTIC),
            "A grant MUST be given back when its future from `acquireAsync` was cancelled or completed by its "
                    + "caller first."),
    W9(driver(DETERMINISTIC), "Closing a client MUST wake its waiters with LockClosedException."),
    W10(driver(DETERMINISTIC), "A waiter MUST NOT cause more than twenty store requests a second."),
    N1(driver(DETERMINISTIC), "Every valid name MUST be usable as it is."),
    N2(driver(DETERMINISTIC), "Distinct names MUST NOT share state."),
    N3(
            driver(DETERMINISTIC).needs(PROCESSES),
            "A name MUST mean the same lock in every process, whatever its locale and default encoding."),
    N4(driver(DETERMINISTIC), "Locks of different namespaces MUST NOT exclude each other."),
    N5(
            engine(DETERMINISTIC),
            "An invalid name MUST be refused before any request, with a message that says what is wrong."),
    E1(driver(DETERMINISTIC), "A message MUST name the lock and the store that it is about, and contain no secret."),
    E2(
            driver(DETERMINISTIC),
            "A failure of the store MUST NOT be reported as held by another, nor the other way round."),
    E3(
            engine(DETERMINISTIC),
            "A second acquire of a held lock MUST contend, also in the same thread, and its message say so."),
    E4(engine(DETERMINISTIC), "Every outcome MUST have a type of its own."),
    E5(engine(DETERMINISTIC), "An open circuit breaker MUST NOT hold back a renewal, a release or a leave."),
    E6(
            engine(DETERMINISTIC),
            "An option that makes no sense MUST be refused where it is given, with a message that names it."),
    E7(
            driver(DETERMINISTIC).needs(LOST_REPLIES),
            "Fifty callers of a dead store MUST NOT cause more than twenty connection attempts a second."),
    E8(driver(DETERMINISTIC).needs(PROCESS_CONTROL), "A client MUST work again by itself once its store is back."),
    C1(driver(STOCHASTIC), "Clients, locks and leases MUST be safe for use by several threads at once."),
    C2(
            driver(STOCHASTIC),
            "Actions before a release MUST happen before actions after a later acquire of the same name in the "
                    + "same JVM."),
    C3(
            engine(STOCHASTIC),
            "A thousand threads that wait at once, virtual ones where the JVM has them, MUST all get their turn."),
    P1(driver(DETERMINISTIC), "Loading a provider MUST do no I/O and not throw."),
    P2(engine(DETERMINISTIC), "Two providers of one scheme MUST be an error that names both."),
    P3(engine(DETERMINISTIC), "A scheme without provider MUST be an error that names the scheme and those found."),
    P4(driver(DETERMINISTIC), "An opening that fails MUST leave nothing open and be over within the connect timeout."),
    P5(driver(DETERMINISTIC), "An unknown URL parameter MUST be refused when the client is opened."),
    P6(driver(DETERMINISTIC), "Closing a client MUST end every thread and connection that it began."),
    X1(driver(DETERMINISTIC), "A driver that states a claim MUST keep the rules of that claim."),
    X2(engine(DETERMINISTIC), "`require` MUST refuse a driver that does not make the claim, and close its client."),
    X3(
            driver(DETERMINISTIC).needs(PROCESS_CONTROL).claim(Claim.SURVIVES_RESTART),
            "A grant MUST survive a crash and restart of its store, so that S1 holds over it.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of enums and strings
    private final Basis basis;

    private final String sentence;

    Rule(Basis basis, String sentence) {
        this.basis = basis;
        this.sentence = sentence;
    }

    /** The rule, as it stands in the specification. */
    public String sentence() {
        return sentence;
    }

    /** How the rule is proven, by whom it is kept, and what a test of it needs. */
    public Basis basis() {
        return basis;
    }

    /** Whether a test can decide the rule. */
    public boolean testable() {
        return basis.evidence() != UNTESTABLE;
    }
}
