package dev.holdfast.lock.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes the verdict on every rule and then on every fault to the file named by {@code -Dholdfast.tck.report}, one line
 * each: test class, rule id or name of the fault, result and detail, separated by tabs. Part of {@link LockTck}; does
 * nothing without the property.
 */
public final class TckReport implements TestWatcher, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TckReport.class);

    @Override
    public void testSuccessful(ExtensionContext context) {
        add(context, null);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        add(context, cause);
    }

    @Override
    public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
        add(context, cause);
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        Method test = context.getRequiredTestMethod();
        Verifies cited = test.getAnnotation(Verifies.class);
        if (cited != null) {
            for (Rule rule : cited.value()) {
                results(context)
                        .add(
                                rule,
                                new RuleResults.Finding(test.getName(), RuleResult.MISSING, reason.orElse("disabled")));
            }
        }
    }

    private static void add(ExtensionContext context, @Nullable Throwable thrown) {
        results(context).add(context.getRequiredTestMethod(), thrown);
    }

    private static RuleResults results(ExtensionContext context) {
        // The store of the root outlives the class: keyed by class, all contexts below it find the same object.
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(context.getRequiredTestClass(), key -> new RuleResults(), RuleResults.class);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        String file = System.getProperty("holdfast.tck.report");
        if (file == null) {
            return;
        }
        List<String> lines = new ArrayList<>();
        String kit = context.getRequiredTestClass().getName();
        for (RuleResults.Verdict verdict : results(context).verdicts()) {
            lines.add(line(kit, verdict.rule().name(), verdict.result(), verdict.detail()));
        }
        for (RuleResults.FaultVerdict verdict : results(context).faultVerdicts()) {
            lines.add(line(kit, verdict.fault().toString(), verdict.result(), verdict.detail()));
        }
        try {
            Files.write(Path.of(file), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the report of the kit to " + file, e);
        }
    }

    private static String line(String kit, String subject, RuleResult result, String detail) {
        return String.join("\t", kit, subject, result.toString(), detail.replace('\t', ' '));
    }
}
