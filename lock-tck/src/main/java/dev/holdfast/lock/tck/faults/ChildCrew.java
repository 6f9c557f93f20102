package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.ChildJvm;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.time.Duration;
import java.util.List;
import org.opentest4j.AssertionFailedError;

/** Workers in another JVM, which obeys {@link CrewMain}'s commands. */
final class ChildCrew implements Crew {
    private static final Duration FIRST = Duration.ofSeconds(60);

    private final CrewMain.Order order;
    private final boolean far;
    private ChildJvm child;
    private int lives = 1;

    ChildCrew(CrewMain.Order order, boolean far) {
        this.order = order;
        this.far = far;
        this.child = start();
    }

    private ChildJvm start() {
        return ChildJvm.start(
                CrewMain.class,
                List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=error"),
                order.arguments(process(), lives));
    }

    @Override
    public String process() {
        return order.name() + lives;
    }

    @Override
    public boolean far() {
        return far;
    }

    @Override
    public void awaitReady() throws InterruptedException {
        expect("ready", FIRST);
    }

    @Override
    public void go() throws InterruptedException {
        child.tell("go");
        expect("going", patience());
    }

    @Override
    public void rest() throws InterruptedException {
        child.tell("rest");
        expect("resting", patience());
    }

    @Override
    public void step(Operation operation, String lock, Meanwhile before) throws InterruptedException {
        if (operation == Operation.ACQUIRE) {
            before.run();
        }
        child.tell("step " + operation + " " + lock);
        String answer = child.line(patience());
        if (answer.equals("holding")) {
            before.run();
            child.tell("on");
            answer = child.line(patience());
        }
        if (!answer.equals("done")) {
            throw unexpected(answer, "done");
        }
    }

    /** A worker may wait for four leases, be slow for another one, and hold for two. */
    private Duration patience() {
        return order.lease().multipliedBy(10).plus(Duration.ofSeconds(20));
    }

    private void expect(String line, Duration within) throws InterruptedException {
        String said = child.line(within);
        if (!said.equals(line)) {
            throw unexpected(said, line);
        }
    }

    private AssertionFailedError unexpected(String said, String expected) {
        return new AssertionFailedError("process " + process() + " said '" + said + "' instead of " + expected);
    }

    @Override
    public void pause() throws InterruptedException {
        child.pause();
    }

    @Override
    public void resume() throws InterruptedException {
        child.resume();
    }

    @Override
    public void kill() throws InterruptedException {
        child.kill();
    }

    @Override
    public void restart() throws InterruptedException {
        child.close();
        lives++;
        child = start();
        awaitReady();
        go();
    }

    @Override
    public void close() {
        child.close();
    }
}
