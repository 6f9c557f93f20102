package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.tck.RecordingContext;
import java.time.Duration;
import java.util.Map;

/** A driver with a context that records, and short forms of its calls. */
final class TestClient implements AutoCloseable {
    static final String NAMESPACE = "test";

    final RecordingContext context;
    final LockDriver driver;

    private TestClient(RecordingContext context, LockDriver driver) {
        this.context = context;
        this.driver = driver;
    }

    static TestClient open(String url) {
        return open(url, Duration.ofSeconds(15));
    }

    static TestClient open(String url, Duration leaseTime) {
        return open(url, options(url, leaseTime, Duration.ofSeconds(2)));
    }

    static TestClient open(String url, DriverOptions options) {
        RecordingContext context = new RecordingContext(options);
        try {
            return new TestClient(context, new RedisLocks().open(LockUrl.parse(url), context));
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    static DriverOptions options(String url, Duration leaseTime, Duration timeout) {
        Map<String, String> parameters = LockUrl.parse(url).parameters();
        return new DriverOptions(NAMESPACE, leaseTime, timeout, timeout, 0, parameters);
    }

    static AcquireRequest request(AcquisitionId id, String name, boolean mayWait, boolean unanswered) {
        return new AcquireRequest(id, new LockName(name), mayWait, unanswered, Duration.ofSeconds(2));
    }

    static AcquireRequest request(AcquisitionId id, String name) {
        return request(id, name, true, false);
    }

    Answer enter(AcquisitionId id, String name) throws InterruptedException {
        return driver.enter(request(id, name));
    }

    Answer look(AcquisitionId id, String name) throws InterruptedException {
        return driver.look(request(id, name));
    }

    Answer attempt(String name) throws InterruptedException {
        return driver.enter(request(AcquisitionId.random(), name, false, false));
    }

    /** Acquires a free lock. */
    Grant take(String name) throws InterruptedException {
        return granted(enter(AcquisitionId.random(), name));
    }

    static Grant granted(Answer answer) {
        return assertInstanceOf(Answer.Granted.class, answer).grant();
    }

    @Override
    public void close() throws Exception {
        driver.close();
        context.close();
    }
}
