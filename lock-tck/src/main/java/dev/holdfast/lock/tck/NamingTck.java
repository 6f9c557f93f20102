package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Chapter N: names. */
public interface NamingTck extends Chapter {
    /** Names that stores, shells, paths and encodings trip over; each valid, all different. */
    private static List<String> awkward(String unique) {
        List<String> names = new ArrayList<>();
        for (String tail : List.of(
                "",
                "/",
                "/a",
                "/a/b",
                "/A",
                "a",
                "A",
                " ",
                "  ",
                ".",
                "..",
                "/../x",
                "%2F",
                "%",
                "%25",
                "{x}",
                "*",
                "?",
                "[a]",
                "\\",
                "\"",
                "'",
                "''",
                ";--",
                "\n",
                "\t",
                ":",
                "::",
                "#",
                "$1",
                "\u00e9",
                "e\u0301",
                "\u0131",
                "I",
                "i",
                "\ud83d\udd12",
                "\uffff",
                "\u2028",
                "0",
                "00",
                "q",
                "lock",
                "null")) {
            names.add(unique + tail);
        }
        names.add("." + unique);
        names.add("/" + unique);
        names.add(" " + unique);
        names.add(longest(unique, 'x', 'a'));
        names.add(longest(unique, 'x', 'b'));
        names.add(longest(unique, '\u00e9', 'a'));
        names.add(longest(unique, 'x', 'a').substring(1));
        return names;
    }

    /** A name of exactly 512 bytes that differs from others of its kind at the end only. */
    private static String longest(String unique, char filler, char last) {
        int each = String.valueOf(filler).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        int room = 511 - unique.length();
        String body = String.valueOf(filler).repeat(room / each);
        return unique + body + "y".repeat(room % each) + last;
    }

    /** Every awkward name is held by one lease at a time. If this fails, look at the layout's encoding of that name. */
    @Test
    @Verifies(Rule.N1)
    default void n1_everyValidNameIsUsable() throws Exception {
        try (Stage stage = stage()) {
            LockClient holding = stage.steadyClient();
            LockClient rival = stage.steadyClient();
            for (String name : awkward(stage.name())) {
                Lease lease = holding.named(name).acquire(Timing.patience());
                assertEquals(name, lease.lockName());
                assertTrue(rival.named(name).tryAcquire().isEmpty(), "two holders of " + show(name));
                assertEquals(ReleaseOutcome.RELEASED, lease.release(), show(name));
            }
        }
    }

    /** All awkward names are held at once. If this fails: which two names does the layout map to one? */
    @Test
    @Verifies(Rule.N2)
    default void n2_distinctNamesAreHeldAtOnce() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            LockClient rival = stage.steadyClient();
            List<String> names = awkward(stage.name());
            List<Lease> leases = new ArrayList<>();
            for (String name : names) {
                Optional<Lease> lease = client.named(name).tryAcquire();
                assertTrue(lease.isPresent(), "shares its state with another name: " + show(name));
                leases.add(lease.get());
            }
            for (int i = 0; i < names.size(); i += 2) {
                assertEquals(ReleaseOutcome.RELEASED, leases.get(i).release(), show(names.get(i)));
            }
            for (int i = 1; i < names.size(); i += 2) {
                assertTrue(leases.get(i).isHeld(), "another name's release freed " + show(names.get(i)));
                assertTrue(rival.named(names.get(i)).tryAcquire().isEmpty(), show(names.get(i)));
            }
        }
    }

    /** A JVM with another locale and encoding means the same lock. If this fails: where is the default charset used? */
    @Test
    @Verifies(Rule.N3)
    default void n3_nameMeansTheSameInEveryProcess() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name() + "/\u00c9I\u0131i-\ud83d\udd12 %2F";
            LockClient client = stage.steadyClient();
            ChildJvm other = stage.taker(
                    name, stage.longLease(), "-Dfile.encoding=ISO-8859-1", "-Duser.language=tr", "-Duser.country=TR");
            Lease lease = client.named(name).acquire(Timing.patience());
            assertEquals(
                    "timeout",
                    other.ask("acquire " + Timing.briefWait().toMillis()),
                    "the other process means another lock");
            lease.release();
            String granted = other.ask("acquire 5000");
            assertTrue(granted.startsWith("granted "), granted);
            assertTrue(client.named(name).tryAcquire().isEmpty(), "this process means another lock");
            assertEquals("released RELEASED", other.ask("release"));
        }
    }

    /** One name in two namespaces is two locks. If this fails, look at where the namespace goes. */
    @Test
    @Verifies(Rule.N4)
    default void n4_namespacesDoNotExcludeEachOther() throws Exception {
        try (Stage stage = stage()) {
            String url = harness().url();
            String namespace = Drivers.namespace(url);
            String name = stage.name();
            List<Lease> leases = new ArrayList<>();
            // The second would meet the first if namespace and name were joined without a separator.
            for (Map.Entry<String, String> at :
                    List.of(Map.entry(namespace, "-n4" + name), Map.entry(namespace + "-n4", name))) {
                String there = Drivers.with(url, "namespace", at.getKey());
                LockClient client = stage.client(
                        there, stage.options().leaseTime(stage.longLease()).build());
                for (String each : List.of(name, at.getValue())) {
                    client.named(each).tryAcquire().ifPresent(leases::add);
                }
            }
            assertEquals(3, leases.size(), "leases in two namespaces");
            assertTrue(leases.stream().allMatch(Lease::isHeld));
        }
    }

    /** Invalid names are refused, and the message says why. If this fails, look at LockName. */
    @Test
    @Verifies(Rule.N5)
    default void n5_invalidNamesAreRefused() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            long before = harness().requests().orElse(0);
            Map<String, String> invalid = Map.of(
                    "",
                    "empty",
                    "a\0b",
                    "NUL",
                    "x".repeat(513),
                    "512",
                    "\u00e9".repeat(257),
                    "512",
                    "a\ud83d",
                    "surrogate",
                    "\udd12",
                    "surrogate");
            invalid.forEach((name, why) -> {
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> client.named(name));
                assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
            });
            assertEquals(before, harness().requests().orElse(0), "requests for invalid names");
        }
    }

    private static String show(String name) {
        return name.length() > 80 ? name.substring(0, 80) + "... (" + name.length() + ")" : name;
    }
}
