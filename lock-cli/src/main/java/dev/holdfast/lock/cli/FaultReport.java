package dev.holdfast.lock.cli;

import java.util.List;

/**
 * The fault runs of a comparison; a part of its JSON.
 *
 * @param stores one each, in the order of the columns; without those that are missing
 */
record FaultReport(List<StoreFaults> stores) {
    FaultReport {
        stores = List.copyOf(stores);
    }

    boolean clean() {
        return stores.stream().allMatch(StoreFaults::clean);
    }
}
