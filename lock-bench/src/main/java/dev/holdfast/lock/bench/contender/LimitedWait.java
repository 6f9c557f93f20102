package dev.holdfast.lock.bench.contender;

/** The one way in which an acquire of a benchmark fails without an error of the library. */
final class LimitedWait extends Exception {
    private static final long serialVersionUID = 1L;

    private LimitedWait(String name) {
        super("did not get " + name + " in time, although nobody holds a lock for long here");
    }

    static void unless(boolean acquired, String name) throws LimitedWait {
        if (!acquired) {
            throw new LimitedWait(name);
        }
    }
}
