package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Random schedules through a model that is too large to be visited whole. The same seed gives the same schedules; one
 * that breaks a rule is shrunk to the steps that it needs.
 */
final class Walks<S extends State<S>> {
    private final Protocol<S> protocol;
    private final Set<Rule> rules;

    private Walks(Protocol<S> protocol, Set<Rule> rules) {
        this.protocol = protocol;
        this.rules = rules;
    }

    /** Takes this many walks of this many steps, until one breaks a rule. */
    static <S extends State<S>> Optional<Trace> search(
            Protocol<S> protocol, Set<Rule> rules, long seed, int walks, int steps) {
        Walks<S> search = new Walks<>(protocol, rules);
        Random random = new Random(seed);
        for (int i = 0; i < walks; i++) {
            Optional<Trace> found = search.walk(random, steps).map(search::shrink);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Trace> walk(Random random, int length) {
        List<String> said = new ArrayList<>();
        S state = protocol.start();
        for (int i = 0; i < length; i++) {
            Draw draw = new Draw(random);
            protocol.steps(state, false, draw);
            if (draw.offered == 0) {
                return Optional.empty();
            }
            said.add(draw.what.get());
            state = state.copy();
            draw.effect.accept(state);
            Trace trace = check(state, said);
            if (trace != null) {
                return Optional.of(trace);
            }
        }
        return Optional.empty();
    }

    /** Chooses one of the steps it is offered, each with the same probability. */
    private final class Draw implements Steps<S> {
        private final Random random;
        private int offered;
        private Supplier<String> what = () -> "";
        private Consumer<S> effect = state -> {};

        Draw(Random random) {
            this.random = random;
        }

        @Override
        public void step(Supplier<String> says, Consumer<S> does) {
            if (random.nextInt(++offered) == 0) {
                what = says;
                effect = does;
            }
        }
    }

    private @Nullable Trace check(S state, List<String> said) {
        for (Rule rule : rules) {
            String breach = protocol.breach(state, rule);
            if (breach != null) {
                return new Trace(rule, breach, List.copyOf(said));
            }
        }
        return null;
    }

    /** Leaves out steps, long runs of them first, as long as a rule is broken without them. */
    private Trace shrink(Trace found) {
        Trace best = found;
        for (int run = best.steps().size() / 2; run > 0; run = run == 1 ? 0 : run / 2) {
            for (int from = 0; from + run <= best.steps().size(); ) {
                List<String> fewer = new ArrayList<>(best.steps());
                fewer.subList(from, from + run).clear();
                Trace shorter = replay(fewer);
                if (shorter != null) {
                    best = shorter;
                } else {
                    from++;
                }
            }
        }
        return best;
    }

    private @Nullable Trace replay(List<String> steps) {
        List<String> said = new ArrayList<>();
        S state = protocol.start();
        for (String wanted : steps) {
            S here = state;
            List<S> found = new ArrayList<>(1);
            protocol.steps(here, false, (what, effect) -> {
                if (found.isEmpty() && what.get().equals(wanted)) {
                    S next = here.copy();
                    effect.accept(next);
                    found.add(next);
                }
            });
            if (found.isEmpty()) {
                return null;
            }
            said.add(wanted);
            state = found.get(0);
            Trace trace = check(state, said);
            if (trace != null) {
                return trace;
            }
        }
        return null;
    }
}
