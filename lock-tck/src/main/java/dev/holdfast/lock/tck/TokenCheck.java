package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Event.Kind;
import java.util.Comparator;
import java.util.List;

/** S2: tokens against the order of returns and invocations. */
final class TokenCheck {
    private TokenCheck() {}

    /** Checks the grants of a lock, in the order of their returns. */
    static void check(String lock, List<Attempt> grants, List<Violation> found) {
        int next = 0;
        Attempt highest = null;
        for (Attempt grant : grants.stream()
                .sorted(Comparator.comparingLong(Attempt::invoked))
                .toList()) {
            while (next < grants.size() && grants.get(next).returned() - grant.invoked() < 0) {
                Attempt earlier = grants.get(next++);
                highest = highest == null || earlier.token() > highest.token() ? earlier : highest;
            }
            if (highest != null && grant.token() <= highest.token()) {
                found.add(Violation.of(
                        Rule.S2,
                        lock,
                        grant + " was invoked after " + highest + " had returned, and its token is not higher",
                        List.of(
                                highest.first(Kind.GRANTED).orElseThrow(),
                                grant.first(Kind.INVOKED).orElseThrow(),
                                grant.first(Kind.GRANTED).orElseThrow())));
            }
        }
        twice(lock, grants, found);
    }

    private static void twice(String lock, List<Attempt> grants, List<Violation> found) {
        Attempt before = null;
        for (Attempt grant :
                grants.stream().sorted(Comparator.comparingLong(Attempt::token)).toList()) {
            if (before != null && before.token() == grant.token()) {
                found.add(Violation.of(
                        Rule.S2,
                        lock,
                        before + " and " + grant + " were granted the same token",
                        List.of(
                                before.first(Kind.GRANTED).orElseThrow(),
                                grant.first(Kind.GRANTED).orElseThrow())));
            }
            before = grant;
        }
    }
}
