package org.example.filelock;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Provider of {@code file:/absolute/directory}, a directory of a local file system that all processes can write to. */
public final class FileLocks implements LockProvider {
    /** For {@link java.util.ServiceLoader}: no I/O here (rule P1). */
    public FileLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        if (!url.hosts().isEmpty() || !url.path().startsWith("/")) {
            throw new IllegalArgumentException("a file URL is file:/absolute/directory, without hosts");
        }
        for (String parameter : url.parameters().keySet()) {
            if (parameter.startsWith("client.")) {
                throw new IllegalArgumentException("file: has no client library, so no parameter " + parameter);
            }
        }
        try {
            Path directory = Files.createDirectories(Path.of(url.path())).toRealPath();
            FileStore store = new FileStore(directory);
            store.checkFormat(context.options().connectTimeout());
            return new FileDriver(store, context);
        } catch (IOException e) {
            throw StoreException.refused("cannot use the directory " + url.path() + ": " + e.getMessage(), e);
        }
    }
}
