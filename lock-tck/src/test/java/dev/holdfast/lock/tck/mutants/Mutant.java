package dev.holdfast.lock.tck.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A planted defect, as its file describes it: header lines, then one or more pairs of a text that occurs exactly once
 * in the source and what replaces it.
 *
 * <pre>
 * rules: S4 D2                              these must go red
 * also: S8                                  these may, because the defect reaches them; optional
 * trials: 3                                 so many are needed to hit a race; optional, else every one must find it
 * alone: true                               if nothing else may run beside it, or other JVMs must see it; optional
 * module: lock-api
 * file: dev/holdfast/lock/HeldLease.java    below src/main/java, or src/main/resources if it is no Java
 * why: one sentence about the defect
 * says: part of the message                 each red rule has a failure with one of these; repeatable
 * --- find
 * exact lines
 * --- replace
 * exact lines
 * --- file dev/holdfast/lock/Other.java      what follows changes another file of the module; optional
 * </pre>
 *
 * @param id directory and file name without its ending, for example {@code engine/no-drift-margin}
 * @param rules ids of the rules that must go red
 * @param also ids of the rules that may go red
 * @param trials how many there are at most until it is found
 * @param alone whether its trial runs alone
 * @param module the module whose source it changes
 * @param why what is wrong with the mutant
 * @param says fragments of failure messages
 * @param edits what it changes
 */
record Mutant(
        String id,
        Set<String> rules,
        Set<String> also,
        int trials,
        boolean alone,
        String module,
        String why,
        List<String> says,
        List<Edit> edits) {
    private static final String FIND = "--- find";
    private static final String REPLACE = "--- replace";
    private static final String FILE = "--- file ";
    private static final Set<String> KEYS = Set.of("rules", "also", "trials", "alone", "module", "file", "why", "says");

    /** A text that occurs exactly once in a file, and its replacement. */
    record Edit(String file, String find, String replace) {}

    /** Every mutant below this directory, sorted by id. */
    static List<Mutant> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".mutant"))
                    .sorted()
                    .map(file -> read(directory, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the mutants in " + directory, e);
        }
    }

    private static Mutant read(Path directory, Path file) {
        String id = directory.relativize(file).toString().replace('\\', '/').replaceFirst("\\.mutant$", "");
        try {
            return parse(id, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    static Mutant parse(String id, String text) {
        int body = text.indexOf("\n" + FIND + "\n");
        if (body < 0) {
            throw malformed(id, "has no line '" + FIND + "'");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line : text.substring(0, body).split("\n", -1)) {
            String[] pair = line.split(": ", 2);
            if (pair.length < 2 || !KEYS.contains(pair[0])) {
                throw malformed(id, "has the header line '" + line + "'; known are " + new TreeSet<>(KEYS));
            }
            headers.computeIfAbsent(pair[0], key -> new ArrayList<>()).add(pair[1].strip());
        }
        return new Mutant(
                id,
                words(one(id, headers, "rules")),
                words(optional(headers, "also").orElse("")),
                optional(headers, "trials").map(Integer::valueOf).orElse(1),
                optional(headers, "alone").map(Boolean::valueOf).orElse(false),
                one(id, headers, "module"),
                one(id, headers, "why"),
                all(id, headers, "says"),
                edits(id, one(id, headers, "file"), text.substring(body + 1)));
    }

    private static List<Edit> edits(String id, String firstFile, String body) {
        List<Edit> edits = new ArrayList<>();
        String file = firstFile;
        List<String> find = new ArrayList<>();
        List<String> replace = new ArrayList<>();
        List<String> text = new ArrayList<>();
        for (String line : (body.stripTrailing() + "\n" + FIND).split("\n", -1)) {
            if (line.equals(FIND) || line.startsWith(FILE)) {
                if (!find.isEmpty()) {
                    edits.add(new Edit(file, String.join("\n", find), String.join("\n", replace)));
                    find.clear();
                }
                file = line.equals(FIND) ? file : line.substring(FILE.length());
                text = find;
            } else if (line.equals(REPLACE)) {
                text = replace;
                replace.clear();
            } else {
                text.add(line);
            }
        }
        if (edits.isEmpty() || text == replace) {
            throw malformed(id, "needs one '" + REPLACE + "' after each '" + FIND + "'");
        }
        return List.copyOf(edits);
    }

    /** The files that it changes. */
    Set<String> files() {
        return new TreeSet<>(edits.stream().map(Edit::file).toList());
    }

    /** The text of this file with the defect in it; an error if the source has moved on. */
    String applyTo(String file, String source) {
        String changed = source;
        for (Edit edit : edits.stream().filter(e -> e.file.equals(file)).toList()) {
            int at = changed.indexOf(edit.find);
            if (at < 0) {
                throw new AssertionError("mutant " + id + " has rotted: " + file + " does not contain\n" + edit.find);
            }
            if (changed.indexOf(edit.find, at + 1) >= 0) {
                throw new AssertionError("mutant " + id + " is ambiguous: " + file + " contains twice\n" + edit.find);
            }
            changed = changed.substring(0, at) + edit.replace + changed.substring(at + edit.find.length());
        }
        if (changed.equals(source)) {
            throw new AssertionError("mutant " + id + " changes nothing in " + file);
        }
        return changed;
    }

    private static Optional<String> optional(Map<String, List<String>> headers, String key) {
        return headers.getOrDefault(key, List.of()).stream().findFirst();
    }

    private static String one(String id, Map<String, List<String>> headers, String key) {
        return all(id, headers, key).get(0);
    }

    private static List<String> all(String id, Map<String, List<String>> headers, String key) {
        List<String> values = headers.getOrDefault(key, List.of());
        if (values.isEmpty() || values.contains("")) {
            throw malformed(id, "lacks a value of '" + key + ":'");
        }
        return List.copyOf(values);
    }

    private static Set<String> words(String line) {
        return new TreeSet<>(
                Stream.of(line.split(" ", -1)).filter(word -> !word.isEmpty()).toList());
    }

    private static IllegalArgumentException malformed(String id, String what) {
        return new IllegalArgumentException("mutant " + id + " " + what);
    }

    @Override
    public String toString() {
        return id + " " + rules + ": " + why;
    }
}
