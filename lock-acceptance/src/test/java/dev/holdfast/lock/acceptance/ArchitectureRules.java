package dev.holdfast.lock.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** What the code must not do, as rules over its bytecode. */
final class ArchitectureRules {
    private static final String[] BACKENDS = {
        "dev.holdfast.lock.redis..",
        "dev.holdfast.lock.etcd..",
        "dev.holdfast.lock.zookeeper..",
        "dev.holdfast.lock.postgres.."
    };
    private static final Set<String> CLOCK_CLASSES =
            Set.of("dev.holdfast.lock.spi.TokenClock", "dev.holdfast.lock.SuspendGuard");

    private ArchitectureRules() {}

    /** A wall clock jumps; deadlines on it would be wrong by the jump (rule D1). */
    static ArchRule wallClockInTwoClasses() {
        return noClasses()
                .that(describe("are not TokenClock or SuspendGuard", c -> !CLOCK_CLASSES.contains(outermost(c))))
                .should()
                .accessTargetWhere(describe("a wall clock is read", ArchitectureRules::readsWallClock))
                .allowEmptyShould(true);
    }

    private static String outermost(JavaClass type) {
        int nested = type.getName().indexOf('$');
        return nested < 0 ? type.getName() : type.getName().substring(0, nested);
    }

    private static boolean readsWallClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String member = access.getName();
        return switch (owner) {
            case "java.lang.System" -> member.equals("currentTimeMillis");
            case "java.time.Clock", "java.time.InstantSource" ->
                member.startsWith("system") || member.startsWith("tick");
            case "java.util.Date" ->
                member.equals("<init>") && access.getDescription().contains("<init>()");
            case "java.util.Calendar" -> member.equals("getInstance");
            case "java.util.GregorianCalendar" -> member.equals("<init>");
            default -> owner.startsWith("java.time.") && member.equals("now");
        };
    }

    /** A sleep cannot be woken by what it waits for. */
    static ArchRule noSleep() {
        return noClasses()
                .should()
                .accessTargetWhere(describe(
                        "the thread sleeps",
                        access -> access.getName().equals("sleep")
                                && Set.of("java.lang.Thread", "java.util.concurrent.TimeUnit")
                                        .contains(access.getTargetOwner().getName())));
    }

    /** A monitor pins the carrier of a virtual thread before Java 24. */
    static ArchRule noMonitors() {
        return classes().should(new ArchCondition<>("not use synchronized") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (String place : Monitors.usedBy(type)) {
                    events.add(SimpleConditionEvent.violated(type, place + " is or uses synchronized"));
                }
            }
        });
    }

    static ArchRule noCycles() {
        return slices().matching("dev.holdfast.(**)").should().beFreeOfCycles();
    }

    /** The API knows the SPI; who implements that is found at run time. */
    static ArchRule apiKnowsNoBackend() {
        return noClasses()
                .that(resideInAPackage("dev.holdfast.lock")
                        .or(resideInAPackage("dev.holdfast.lock.spi.."))
                        .or(resideInAPackage("dev.holdfast.lock.memory.."))
                        .or(resideInAPackage("dev.holdfast.lock.tck..")))
                .should()
                .dependOnClassesThat(inBackendsOrTheirLibraries());
    }

    private static DescribedPredicate<JavaClass> inBackendsOrTheirLibraries() {
        return resideInAnyPackage(BACKENDS)
                .or(resideInAnyPackage(
                        "redis.clients..",
                        "io.etcd..",
                        "org.apache.curator..",
                        "org.apache.zookeeper..",
                        "org.postgresql..",
                        "com.zaxxer.."))
                .as("belong to a backend");
    }

    /** One backend knows nothing of another, and none of them the kit or the launcher. */
    static ArchRule backendsStandAlone() {
        return slices().matching("dev.holdfast.lock.(redis|etcd|zookeeper|postgres|tck|stores|cli)..")
                .should()
                .notDependOnEachOther();
    }
}
