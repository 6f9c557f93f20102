package dev.holdfast.lock.tck;

/**
 * Power over a store that the harness started itself. Every call returns when its effect can be seen. The kit undoes
 * what it did: after {@link #pause} it resumes, after {@link #kill} it restarts.
 */
public interface StoreControl {
    /** Stops the processes of the store as SIGSTOP does: connections stay, nothing answers. */
    void pause();

    /** Undoes {@link #pause}; returns when the store answers. */
    void resume();

    /** Kills the processes of the store as SIGKILL does; its data stay as they are on disk. */
    void kill();

    /** Starts the store again on the same address and data; returns when it answers. */
    void restart();

    /** Kills the store, deletes all its data and starts it again on the same address; returns when it answers. */
    void wipe();
}
