package dev.holdfast.lock.tck.model;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Takes the steps that are possible in a state. */
interface Steps<S> {
    /**
     * One step.
     *
     * @param what what happens, in words; no two steps of a state say the same
     * @param effect what it changes, applied to a copy of the state
     */
    void step(Supplier<String> what, Consumer<S> effect);
}
