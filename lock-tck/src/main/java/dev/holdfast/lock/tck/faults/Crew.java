package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.LinkControl.Operation;

/** The workers of one process, seen from the fault run. For one thread. */
interface Crew extends AutoCloseable {
    /** A step of the run on a process that is told to do something. */
    interface Meanwhile {
        /** Does it. */
        void run();
    }

    /** The process, another one after each {@link #restart}. */
    String process();

    /** Whether its requests pass through the link. */
    boolean far();

    /** Waits until it can work. */
    void awaitReady() throws InterruptedException;

    /** Its workers begin. */
    void go() throws InterruptedException;

    /** Its workers end what they do; returns when they have. */
    void rest() throws InterruptedException;

    /** While it rests: one attempt on this lock, during which this is done just before the operation is requested. */
    void step(Operation operation, String lock, Meanwhile before) throws InterruptedException;

    /** SIGSTOP. */
    void pause() throws InterruptedException;

    /** SIGCONT. */
    void resume() throws InterruptedException;

    /** SIGKILL; returns when it is dead. */
    void kill() throws InterruptedException;

    /** Another process in its place, at work. */
    void restart() throws InterruptedException;

    /** Ends it. */
    @Override
    void close();
}
