package dev.holdfast.lock.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.holdfast.lock.bench.contender.StoreUnderTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bench of a few hundred milliseconds for each contender, on real stores, peers included. */
class BenchIT {
    @TempDir
    private Path directory;

    private JsonObject bench(String store, String scenarios, String... more) throws IOException {
        Path json = directory.resolve("bench.json");
        StringWriter out = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of(
                "--stores", store, "--scenarios", scenarios, "--json", json.toString(), "--seconds-per-round", "0.02"));
        arguments.addAll(List.of("--rounds", "6", "--warm-up", "0.02"));
        arguments.addAll(List.of(more));

        int status =
                Bench.execute(new PrintWriter(out, true), new PrintWriter(out, true), arguments.toArray(String[]::new));

        assertEquals(0, status, out.toString());
        return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    }

    private static List<JsonObject> scenarios(JsonObject report) {
        return objects(report.getAsJsonArray("stores").get(0).getAsJsonObject().get("scenarios"));
    }

    private static List<JsonObject> objects(JsonElement array) {
        return StreamSupport.stream(array.getAsJsonArray().spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void everyContenderIsMeasuredAndItsRequestsAreCounted(StoreUnderTest store) throws IOException {
        JsonObject report = bench(store.id(), "uncontended-1-same,contended-8-clients", "--peers");

        Set<String> uncontended = new TreeSet<>();
        for (JsonObject scenario : scenarios(report)) {
            assertEquals("{}", scenario.get("failures").toString());
            for (JsonObject row : objects(scenario.get("rows"))) {
                String contender = row.get("contender").getAsString();
                double requests = row.getAsJsonObject("estimates")
                        .getAsJsonObject("requests")
                        .get("median")
                        .getAsDouble();
                assertTrue(requests >= 0.9, contender + " sends " + requests + " requests");
                if (scenario.get("kind").getAsString().equals("UNCONTENDED")) {
                    uncontended.add(contender);
                }
            }
        }
        assertEquals(new TreeSet<>(store.names()), uncontended);
    }

    @Test
    void leasesAreHeldAndWatched() throws IOException {
        JsonObject report = bench("redis", "holding-1000");

        JsonObject row = objects(scenarios(report).get(0).get("rows")).get(0);
        JsonObject figures = row.getAsJsonObject("estimates");
        double perLease =
                figures.getAsJsonObject("heap_bytes_per_lease").get("median").getAsDouble();
        assertAll(
                () -> assertEquals("Holdfast", row.get("contender").getAsString()),
                () -> assertEquals(
                        2,
                        figures.getAsJsonObject("calls_per_interval")
                                .get("median")
                                .getAsDouble(),
                        1),
                () -> assertTrue(perLease > 100 && perLease < 10_000, perLease + " bytes"),
                () -> assertEquals(
                        0, figures.getAsJsonObject("threads_more").get("median").getAsDouble()));
    }

    @Test
    void mistakesAreUsageErrors() {
        StringWriter out = new StringWriter();
        PrintWriter err = new PrintWriter(out, true);

        assertAll(
                () -> assertEquals(2, Bench.execute(err, err, "--stores", "frob")),
                () -> assertEquals(2, Bench.execute(err, err, "--scenarios", "frob")),
                () -> assertEquals(2, Bench.execute(err, err, "--rounds", "5")),
                () -> assertEquals(2, Bench.execute(err, err, "--check", "/no/such/file")),
                () -> assertEquals(2, Bench.execute(err, err, "--seconds-per-round", "0")));
    }
}
