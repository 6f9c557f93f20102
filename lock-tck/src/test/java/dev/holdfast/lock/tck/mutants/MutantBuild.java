package dev.holdfast.lock.tck.mutants;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Makes the one class or resource that is different in a mutant; everything else stays as it was built. */
final class MutantBuild {
    private final SourceTree tree;
    private final JavaCompiler compiler;

    MutantBuild(SourceTree tree) {
        this.tree = tree;
        this.compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException(
                    "mutants are compiled by the JVM that runs the tests: use a JDK, not a JRE");
        }
    }

    /** Puts the classes and resources of the mutant into this directory. */
    void build(Mutant mutant, Path target) throws IOException {
        List<Source> sources = new ArrayList<>();
        for (String file : mutant.files()) {
            String changed = mutant.applyTo(file, Files.readString(tree.source(mutant.module(), file)));
            if (file.endsWith(".java")) {
                sources.add(new Source(file, changed));
            } else {
                Path resource = target.resolve(file);
                Files.createDirectories(resource.getParent());
                Files.writeString(resource, changed);
            }
        }
        if (!sources.isEmpty()) {
            compile(mutant, sources, target);
        }
    }

    private void compile(Mutant mutant, List<Source> sources, Path target) throws IOException {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of("--release", "17", "-proc:none", "-nowarn", "-d", target.toString());
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, SourceTree.classPath());
            if (!compiler.getTask(output, files, diagnostics, options, null, sources)
                    .call()) {
                throw new AssertionError("mutant " + mutant.id() + " does not compile: "
                        + diagnostics.getDiagnostics().stream()
                                .map(Object::toString)
                                .collect(Collectors.joining("\n")) + output);
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String file, String text) {
            super(URI.create("mutant:///" + file), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
