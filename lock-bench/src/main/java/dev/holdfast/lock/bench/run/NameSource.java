package dev.holdfast.lock.bench.run;

/** The names one worker takes, one after the other. For one thread at a time. */
final class NameSource {
    /** How many names a worker goes through in {@link Scenario.Names#DISTINCT}. */
    static final int DISTINCT = 256;

    private final Scenario.Names names;
    private final String prefix;
    private final String[] prepared;
    private long next;

    /**
     * Names for a worker.
     *
     * @param prefix unlike that of any other contender, scenario or worker; for the hot name: of any other scenario
     */
    NameSource(Scenario.Names names, String prefix) {
        this.names = names;
        this.prefix = prefix;
        this.prepared = new String[names == Scenario.Names.DISTINCT ? DISTINCT : 1];
        for (int i = 0; i < prepared.length; i++) {
            prepared[i] = prefix + "-" + i;
        }
    }

    String next() {
        return switch (names) {
            case SAME, HOT -> prepared[0];
            case DISTINCT -> prepared[(int) (next++ % DISTINCT)];
            case FRESH -> prefix + "-" + next++;
        };
    }
}
