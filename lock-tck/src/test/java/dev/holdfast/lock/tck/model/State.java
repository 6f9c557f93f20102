package dev.holdfast.lock.tck.model;

/**
 * A state of a model: a value, equal to another one with the same content. Times in it are relative to the present
 * (ages, time left), so that a passing of time leads back to known states and the whole space can be visited.
 */
interface State<S> {
    /** An independent copy, for a step to change. */
    S copy();
}
