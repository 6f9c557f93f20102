package dev.holdfast.lock.tck;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This class path once more, with one more file of providers: what an application with a wrong class path sees. */
final class SecondClassPath implements AutoCloseable {
    private final Path directory;
    private final URLClassLoader loader;

    /** With this provider beside those of the class path. */
    SecondClassPath(String providerClass) throws IOException {
        directory = Files.createTempDirectory("holdfast-tck");
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve("dev.holdfast.lock.spi.LockProvider"), providerClass + "\n");
        List<URL> urls = new ArrayList<>();
        urls.add(directory.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, 0)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** Opens this URL with the library as loaded there; returns what it threw, as class name and message. */
    String failureOf(String url) throws ReflectiveOperationException {
        try {
            call(url);
            return "nothing was thrown";
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getTargetException();
            return thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
        }
    }

    private void call(String url) throws ReflectiveOperationException {
        Object client = loader.loadClass("dev.holdfast.lock.Locks")
                .getMethod("open", String.class)
                .invoke(null, url);
        client.getClass().getMethod("close").invoke(client);
    }

    @Override
    public void close() throws IOException {
        loader.close();
        Files.delete(directory.resolve("META-INF/services/dev.holdfast.lock.spi.LockProvider"));
        Files.delete(directory.resolve("META-INF/services"));
        Files.delete(directory.resolve("META-INF"));
        Files.delete(directory);
    }
}
