package dev.holdfast.lock.bench.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What contenders are asked to do.
 *
 * @param id in reports and goals
 * @param workers threads at work, each with a hand of its own
 * @param ownClients whether each worker has a client, and so connections, of its own
 * @param names which names an uncontended worker takes
 * @param leases how many leases are held at once, in {@link Kind#HOLDING} only
 */
public record Scenario(String id, String title, Kind kind, int workers, boolean ownClients, Names names, int leases) {
    /** The three questions. */
    public enum Kind {
        /** What does a free lock cost? */
        UNCONTENDED,
        /** How fast, and in which order, does one lock go round? */
        CONTENDED,
        /** What does it cost to keep leases? */
        HOLDING;

        /** Its name on the command line. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which names a worker takes; no two workers ever take the same one, except the hot one. */
    public enum Names {
        /** One, again and again. */
        SAME,
        /** A few hundred in turn. */
        DISTINCT,
        /** Never one that the store has seen. */
        FRESH,
        /** The one that all workers want. */
        HOT
    }

    /** What a run measures unless told otherwise, in the order of the report. */
    public static final List<Scenario> ALL = all();

    /** What takes more of a machine than a default run should: measured when asked for by name. */
    public static final List<Scenario> ON_REQUEST = List.of(contended(100));

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (int threads : new int[] {1, 16}) {
            String who = threads == 1 ? "1 thread" : threads + " threads of one client, each with names of its own";
            all.add(uncontended(threads, Names.SAME, who + ", the same name again and again"));
            all.add(uncontended(threads, Names.DISTINCT, who + ", " + NameSource.DISTINCT + " names in turn"));
            all.add(uncontended(threads, Names.FRESH, who + ", names never seen before"));
        }
        for (int clients : new int[] {2, 8, 32}) {
            all.add(contended(clients));
        }
        all.add(new Scenario(
                "contended-16-threads",
                "one hot name, 16 threads of one client",
                Kind.CONTENDED,
                16,
                false,
                Names.HOT,
                0));
        for (int leases : new int[] {1_000, 10_000}) {
            String title = leases + " leases held by one client";
            all.add(new Scenario("holding-" + leases, title, Kind.HOLDING, 16, false, Names.FRESH, leases));
        }
        return List.copyOf(all);
    }

    private static Scenario contended(int clients) {
        String title = "one hot name, " + clients + " clients with connections of their own";
        return new Scenario("contended-" + clients + "-clients", title, Kind.CONTENDED, clients, true, Names.HOT, 0);
    }

    private static Scenario uncontended(int threads, Names names, String title) {
        String id = "uncontended-" + threads + "-" + names.name().toLowerCase(Locale.ROOT);
        return new Scenario(id, title, Kind.UNCONTENDED, threads, false, names, 0);
    }
}
