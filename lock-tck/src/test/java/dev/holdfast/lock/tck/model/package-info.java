/**
 * The protocols that intuition gets wrong, as small models of which every state is visited: docs/model.md. A model has
 * no store, no thread and no clock; it shows what may happen between the requests, which no test on a real store can
 * provoke in every order.
 */
@NullMarked
package dev.holdfast.lock.tck.model;

import org.jspecify.annotations.NullMarked;
