package dev.holdfast.lock.tck;

/**
 * A chapter that shows rules once more, under faults that take their time. A comparison of stores may leave it out:
 * every rule has tests in other chapters.
 */
public interface FaultChapter extends Chapter {}
