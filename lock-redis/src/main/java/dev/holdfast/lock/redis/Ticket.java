package dev.holdfast.lock.redis;

/**
 * Carried by a grant.
 *
 * @param unanswered whether an enter of its id may still reach the store, and must find a tombstone after the release
 */
record Ticket(boolean unanswered) {}
