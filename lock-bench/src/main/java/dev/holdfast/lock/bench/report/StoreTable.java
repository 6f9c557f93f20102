package dev.holdfast.lock.bench.report;

import java.util.List;

/**
 * Everything about one store.
 *
 * @param version as the server reports it; empty if the store is missing
 * @param settings the server's arguments beside those that every test uses
 * @param missing why it could not be started; empty if it could
 */
public record StoreTable(
        String store, String version, List<String> settings, String missing, List<ScenarioTable> scenarios) {}
