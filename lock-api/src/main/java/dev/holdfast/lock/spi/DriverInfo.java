package dev.holdfast.lock.spi;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a driver says about itself and its store, fixed when it is opened.
 *
 * @param store name of the store as people write it, for messages and reports, for example {@code PostgreSQL row}
 * @param version version of the server
 * @param claims the optional guarantees that this driver owes
 * @param leaseTime the lease time in force, after rounding up to what the store can do
 * @param remarks plain sentences that an operator should read once, for example a setting that could not be checked
 */
public record DriverInfo(String store, String version, Set<Claim> claims, Duration leaseTime, List<String> remarks) {
    public DriverInfo {
        claims = Set.copyOf(claims);
        remarks = List.copyOf(remarks);
    }
}
