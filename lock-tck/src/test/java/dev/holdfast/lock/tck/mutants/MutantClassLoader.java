package dev.holdfast.lock.tck.mutants;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads Holdfast anew with the mutant's directory before everything else; JUnit and the libraries come from the parent,
 * so that test engine and tests agree on their types.
 */
final class MutantClassLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final String OURS = "dev.holdfast.lock.";

    private final Predicate<String> shared;

    /**
     * For one mutant.
     *
     * @param shared names of classes that are the same for all mutants
     */
    MutantClassLoader(Path mutant, ClassLoader parent, Predicate<String> shared) {
        super(
                "mutant",
                Stream.concat(Stream.of(mutant), SourceTree.classPath().stream())
                        .map(MutantClassLoader::url)
                        .toArray(URL[]::new),
                parent);
        this.shared = shared;
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("cannot load classes from " + path, e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || shared.test(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        Map<String, URL> all = new LinkedHashMap<>();
        for (URL url : Stream.concat(list(findResources(name)), list(getParent().getResources(name)))
                .toList()) {
            all.putIfAbsent(url.toExternalForm(), url);
        }
        return Collections.enumeration(all.values());
    }

    private static Stream<URL> list(Enumeration<URL> urls) {
        List<URL> list = Collections.list(urls);
        return list.stream();
    }
}
