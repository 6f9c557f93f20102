package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state of a model, nearest first, so that the first schedule found that breaks a rule is a shortest one.
 * {@link #PROGRESS} is checked by letting each state run on without faults until everybody has been served.
 */
final class Explorer<S extends State<S>> {
    /** The rule that stands for: whoever lives and waits gets its turn, although messages were lost. */
    static final Rule PROGRESS = Rule.W6;

    private static final int FAIR_STEPS = 150;
    private static final int FAIR_STEPS_SHOWN = 12;

    /**
     * What an exploration found.
     *
     * @param states how many different states were visited
     * @param steps how many steps were taken between them
     * @param depth every schedule of up to this many steps is among those looked at
     * @param complete whether no state was left out
     * @param fairSteps the most steps it took until everybody was served, once nothing failed any more
     * @param trace a shortest schedule that breaks a rule
     */
    record Findings(long states, long steps, int depth, boolean complete, int fairSteps, Optional<Trace> trace) {
        @Override
        public String toString() {
            return states + " states, " + steps + " steps, "
                    + (complete ? "all there are" : "every schedule of up to " + depth + " steps")
                    + (fairSteps > 0 ? "; everybody served within " + fairSteps + " fair steps" : "");
        }
    }

    private final Protocol<S> protocol;
    private final Set<Rule> rules;
    private final Map<S, S> parents = new HashMap<>();
    private final Map<S, Integer> fairStepsLeft = new HashMap<>();
    private long taken;
    private @Nullable Trace trace;

    private Explorer(Protocol<S> protocol, Set<Rule> rules) {
        this.protocol = protocol;
        this.rules = rules;
    }

    /**
     * Visits the states of a model until one breaks one of these rules, at most this many.
     *
     * @param prelude the steps that every schedule begins with
     */
    static <S extends State<S>> Findings explore(
            Protocol<S> protocol, Set<Rule> rules, int most, List<String> prelude) {
        return new Explorer<>(protocol, rules).run(most, prelude);
    }

    private Findings run(int most, List<String> prelude) {
        Queue<S> frontier = new ArrayDeque<>();
        S start = protocol.start();
        parents.put(start, start);
        for (String step : prelude) {
            S next = successor(start, step);
            parents.putIfAbsent(next, start);
            start = next;
        }
        frontier.add(start);
        int depth = prelude.size();
        int ofThisDepth = 1;
        while (trace == null && !frontier.isEmpty() && parents.size() < most) {
            if (ofThisDepth-- == 0) {
                depth++;
                ofThisDepth = frontier.size() - 1;
            }
            S state = frontier.remove();
            protocol.steps(state, false, (what, effect) -> {
                taken++;
                S next = state.copy();
                effect.accept(next);
                if (trace == null && parents.putIfAbsent(next, state) == null) {
                    frontier.add(next);
                    check(next);
                }
            });
        }
        int fairSteps = fairStepsLeft.values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        return new Findings(parents.size(), taken, depth, frontier.isEmpty(), fairSteps, Optional.ofNullable(trace));
    }

    private S successor(S from, String wanted) {
        List<S> found = new ArrayList<>(1);
        List<String> offered = new ArrayList<>();
        protocol.steps(from, false, (what, effect) -> {
            offered.add(what.get());
            if (what.get().equals(wanted)) {
                S next = from.copy();
                effect.accept(next);
                found.add(next);
            }
        });
        if (found.isEmpty()) {
            throw new IllegalArgumentException("'" + wanted + "' is not among " + offered);
        }
        return found.get(0);
    }

    private void check(S state) {
        for (Rule rule : rules) {
            String breach = protocol.breach(state, rule);
            if (breach != null) {
                trace = new Trace(rule, breach, pathTo(state));
                return;
            }
        }
        if (rules.contains(PROGRESS)) {
            checkProgress(state);
        }
    }

    /** The fair schedule is one only, so states that many of them pass are looked at once. */
    private void checkProgress(S from) {
        List<S> passed = new ArrayList<>();
        List<String> said = new ArrayList<>();
        S state = from;
        while (!protocol.served(state) && !fairStepsLeft.containsKey(state)) {
            S next = passed.size() < FAIR_STEPS ? fairStep(state, said) : null;
            if (next == null) {
                List<String> steps = new ArrayList<>(pathTo(from));
                steps.add("from here on every message arrives and nobody fails:");
                steps.addAll(said.subList(0, Math.min(said.size(), FAIR_STEPS_SHOWN)));
                trace = new Trace(PROGRESS, "nobody is granted any more, although somebody lives and waits", steps);
                return;
            }
            passed.add(state);
            state = next;
        }
        int left = fairStepsLeft.getOrDefault(state, 0);
        Collections.reverse(passed);
        for (S each : passed) {
            fairStepsLeft.put(each, ++left);
        }
    }

    private @Nullable S fairStep(S state, List<String> said) {
        List<S> first = new ArrayList<>(1);
        protocol.steps(state, true, (what, effect) -> {
            if (first.isEmpty()) {
                S next = state.copy();
                effect.accept(next);
                first.add(next);
                said.add(what.get());
            }
        });
        return first.isEmpty() ? null : first.get(0);
    }

    private List<String> pathTo(S end) {
        List<String> steps = new ArrayList<>();
        for (S state = end, parent = parents.get(state);
                parent != null && parent != state;
                state = parent, parent = parents.get(state)) {
            steps.add(labelOf(parent, state));
        }
        Collections.reverse(steps);
        return steps;
    }

    private String labelOf(S from, S to) {
        List<String> found = new ArrayList<>(1);
        protocol.steps(from, false, (what, effect) -> {
            S next = from.copy();
            effect.accept(next);
            if (found.isEmpty() && next.equals(to)) {
                found.add(what.get());
            }
        });
        return found.get(0);
    }
}
