package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import org.jspecify.annotations.Nullable;

/** A model: states, the steps between them, and what must hold in every state. */
interface Protocol<S extends State<S>> {
    /** Where every schedule begins. */
    S start();

    /**
     * Offers every step that is possible in this state, in a fixed order: deliveries first, then what clients do by
     * themselves, then time, then faults.
     *
     * @param fair from here on nothing fails any more: no faults, and clients are not limited in the number of their
     *     requests. The first step offered is then the one that happens
     */
    void steps(S state, boolean fair, Steps<S> possible);

    /** How this state breaks this rule, or null. */
    @Nullable
    String breach(S state, Rule rule);

    /** Whether every client that lives has had its turn or left; reached from every state once nothing fails. */
    default boolean served(S state) {
        return true;
    }
}
