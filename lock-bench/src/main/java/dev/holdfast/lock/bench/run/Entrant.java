package dev.holdfast.lock.bench.run;

import dev.holdfast.lock.bench.run.Contender.Client;
import dev.holdfast.lock.bench.run.Contender.Hand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A contender that is open for a scenario: one hand and one source of names for each worker, kept over all rounds. */
final class Entrant implements AutoCloseable {
    /** Long enough that no turn sees a renewal of it. */
    private static final Duration LEASE_TIME = Duration.ofSeconds(15);

    private final Contender contender;
    private final List<Client> clients = new ArrayList<>();
    private final List<Hand> hands = new ArrayList<>();
    private final List<NameSource> names = new ArrayList<>();

    private Entrant(Contender contender) {
        this.contender = contender;
    }

    /**
     * Opens the clients and hands.
     *
     * @param prefix of the names; no other contender and no other scenario has the same
     */
    static Entrant open(Contender contender, Scenario scenario, String prefix) throws Exception {
        Entrant entrant = new Entrant(contender);
        try {
            for (int worker = 0; worker < scenario.workers(); worker++) {
                if (entrant.clients.isEmpty() || scenario.ownClients()) {
                    entrant.clients.add(contender.opening().open(LEASE_TIME));
                }
                Client client = entrant.clients.get(entrant.clients.size() - 1);
                entrant.hands.add(client.hand());
                boolean shared = scenario.names() == Scenario.Names.HOT;
                entrant.names.add(new NameSource(scenario.names(), shared ? prefix : prefix + "-" + worker));
            }
            return entrant;
        } catch (Exception e) {
            entrant.close();
            throw e;
        }
    }

    Contender contender() {
        return contender;
    }

    int workers() {
        return hands.size();
    }

    Hand hand(int worker) {
        return hands.get(worker);
    }

    String nextName(int worker) {
        return names.get(worker).next();
    }

    /** Closes everything, as well as it goes: what fails here has been measured already. */
    @Override
    public void close() {
        hands.forEach(Entrant::closeQuietly);
        clients.forEach(Entrant::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            System.getLogger(Entrant.class.getName()).log(System.Logger.Level.WARNING, "close failed", e);
        }
    }
}
