package dev.holdfast.lock.stores;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A data directory as initdb makes it, with our role and database; made once per version and account, then copied. */
final class PostgresTemplate {
    /** Part of the template's name: raise it when what this class puts in changes. */
    private static final String FORMAT = "1";

    private static final String ACCESS =
            """
            host all         postgres 127.0.0.1/32 trust
            host replication postgres 127.0.0.1/32 trust
            host all         all      127.0.0.1/32 scram-sha-256
            """;

    /** One statement per line, as single-user mode wants it. */
    private static final String SETUP =
            """
            CREATE ROLE holdfast LOGIN PASSWORD 'holdfast'
            CREATE DATABASE holdfast OWNER holdfast
            """;

    private static final String COUNTER = "CREATE EXTENSION pg_stat_statements\n";

    private final Path program;
    private final Cache cache;
    private final boolean counter;

    PostgresTemplate(Path program, Cache cache, boolean counter) {
        this.program = program;
        this.cache = cache;
        this.counter = counter;
    }

    void copyTo(StoreDirectory directory, RunAs user) throws IOException {
        user.give(directory.path());
        String version = Commands.run(List.of(program.toString(), "--version"));
        String name = String.join("-", "template", version, user.name(), counter ? "counting" : "plain", FORMAT)
                .replaceAll("[^0-9A-Za-z.]+", "-");
        if (cache.has(name)) {
            Path template =
                    cache.directory(name, "", InputStream::nullInputStream).resolve("data");
            Commands.run(
                    List.of("cp", "-pR", template.toString(), directory.path().toString()));
        } else {
            make(directory, user);
            cache.directory(
                    name,
                    "cp -pR \"$2\" .",
                    InputStream::nullInputStream,
                    directory.data().toString());
        }
    }

    private void make(StoreDirectory directory, RunAs user) throws IOException {
        Path data = Files.createDirectory(directory.data());
        user.give(data);
        List<String> initdb = new ArrayList<>(user.prefix());
        initdb.addAll(List.of(program.resolveSibling("initdb").toString(), "-D", data.toString()));
        initdb.addAll(List.of("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"));
        Commands.run(initdb);
        Files.writeString(data.resolve("pg_hba.conf"), ACCESS);

        List<String> single = new ArrayList<>(user.prefix());
        single.addAll(List.of(program.toString(), "--single", "-F", "-D", data.toString()));
        single.addAll(List.of("-c", "password_encryption=scram-sha-256", "postgres"));
        String statements = SETUP + (counter ? COUNTER : "");
        String output = Commands.run(single, new ByteArrayInputStream(statements.getBytes(StandardCharsets.UTF_8)));
        if (output.contains("ERROR:")) {
            throw new StoreException("cannot set up PostgreSQL: " + output);
        }
    }
}
