package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.LinkControl.Operation;
import dev.holdfast.lock.tck.NotApplicable;

/** Workers in this JVM, for a store that other processes cannot reach. */
final class LocalCrew implements Crew {
    private final String process;
    private final Workers workers;

    LocalCrew(String process, Workers workers) {
        this.process = process;
        this.workers = workers;
    }

    @Override
    public String process() {
        return process;
    }

    @Override
    public boolean far() {
        return false;
    }

    @Override
    public void awaitReady() {}

    @Override
    public void go() {
        workers.go();
    }

    @Override
    public void rest() throws InterruptedException {
        workers.rest();
    }

    @Override
    public void step(Operation operation, String lock, Meanwhile before) throws InterruptedException {
        if (operation == Operation.ACQUIRE) {
            before.run();
        }
        workers.step(operation, lock, () -> {
            before.run();
            return null;
        });
    }

    @Override
    public void pause() {
        throw noProcess();
    }

    @Override
    public void resume() {
        throw noProcess();
    }

    @Override
    public void kill() {
        throw noProcess();
    }

    @Override
    public void restart() {
        throw noProcess();
    }

    private static NotApplicable noProcess() {
        return new NotApplicable("the workers are threads of this JVM");
    }

    @Override
    public void close() {
        workers.close();
    }
}
