package dev.holdfast.lock;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.StoreException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From options to an open client, or to one clear error with nothing left open. */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Locks.class);

    private Opening() {}

    static LockClient open(
            String store,
            ClientOptions options,
            DriverOptions driverOptions,
            Function<DriverContext, LockDriver> opener) {
        EngineContext context = new EngineContext(driverOptions);
        boolean open = false;
        try {
            LockDriver driver = opener.apply(context);
            Engine engine = new Engine(store, options, driver, context);
            context.start(engine);
            open = true;
            driver.info().remarks().forEach(remark -> LOG.warn("{}: {}", store, remark));
            return new LockClient(engine);
        } catch (StoreException e) {
            String message = message(store, e);
            throw e.kind() == StoreException.Kind.REFUSED
                    ? new LockConfigurationException(message, e)
                    : new StoreUnavailableException(message, e);
        } catch (IllegalArgumentException e) {
            throw new LockConfigurationException(message(store, e), e);
        } finally {
            if (!open) {
                context.close();
            }
        }
    }

    private static String message(String store, RuntimeException cause) {
        String what = String.valueOf(cause.getMessage());
        return "cannot open " + (what.startsWith(store) ? what : store + ": " + what);
    }
}
