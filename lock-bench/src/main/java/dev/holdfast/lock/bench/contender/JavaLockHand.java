package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A library that offers {@link Lock}; the lock object is kept while the name stays. */
final class JavaLockHand implements Contender.Hand {
    private final Function<String, Lock> locks;
    private @Nullable String name;
    private @Nullable Lock lock;

    JavaLockHand(Function<String, Lock> locks) {
        this.locks = locks;
    }

    @Override
    public void acquire(String wanted) throws InterruptedException, LimitedWait {
        Lock mine = lock;
        if (mine == null || !wanted.equals(name)) {
            mine = locks.apply(wanted);
            name = wanted;
            lock = mine;
        }
        LimitedWait.unless(mine.tryLock(MAX_WAIT_SECONDS, TimeUnit.SECONDS), wanted);
    }

    @Override
    public void release() {
        if (lock != null) {
            lock.unlock();
        }
    }
}
