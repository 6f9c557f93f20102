package dev.holdfast.lock.cli;

import java.time.Duration;

/**
 * The fault runs that are asked for.
 *
 * @param seed of the first run; each further one has the next number
 * @param atLeast how long each goes on at least; every fault is made once in any case
 * @param repeat how many runs on each store
 */
record FaultPlan(long seed, Duration atLeast, int repeat) {}
