package dev.holdfast.lock.spi;

import java.time.Duration;
import java.util.Map;

/**
 * What a driver needs to know of the client's options; validated, with defaults filled in.
 *
 * @param namespace prefix that keeps the locks of different applications apart (rule N4); 1 to 64 of
 *     {@code A-Z a-z 0-9 . _ -}
 * @param leaseTime how long a grant lasts without renewal; the driver rounds it up to the store's granularity and
 *     refuses what is below its minimum
 * @param connectTimeout bound of {@link LockProvider#open}
 * @param storeTimeout bound of one store request
 * @param tokenFloor every token is higher than this; 0 for none
 * @param parameters the URL's own parameters of this scheme ({@link LockProvider#parameters()}) and those under
 *     {@code client.}, with that prefix
 */
public record DriverOptions(
        String namespace,
        Duration leaseTime,
        Duration connectTimeout,
        Duration storeTimeout,
        long tokenFloor,
        Map<String, String> parameters) {
    public DriverOptions {
        parameters = Map.copyOf(parameters);
    }
}
