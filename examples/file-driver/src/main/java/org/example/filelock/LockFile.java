package org.example.filelock;

import dev.holdfast.lock.spi.AcquisitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Content of a lock's file: the last token ever granted, who holds, and who waits, in order. Immutable.
 *
 * <pre>
 * token 1795251087546123
 * holder 0123456789abcdef0123456789abcdef 1795251087546123 1795251102546123
 * waiter fedcba9876543210fedcba9876543210 1795251088546123
 * </pre>
 */
record LockFile(long token, Optional<Holder> holder, List<Waiter> waiters) {
    /** A grant, and until when it stands. */
    record Holder(AcquisitionId id, long token, long expiry) {}

    /** A place in the queue, and until when it counts without another look. */
    record Waiter(AcquisitionId id, long aliveUntil) {}

    LockFile {
        waiters = List.copyOf(waiters);
    }

    static LockFile empty() {
        return new LockFile(0, Optional.empty(), List.of());
    }

    /** Reads a file; holder and waiters whose time has come are left out. */
    static LockFile parse(String text, long now) {
        long token = 0;
        Optional<Holder> holder = Optional.empty();
        List<Waiter> waiters = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] word = line.split(" ");
            switch (word[0]) {
                case "token" -> token = Long.parseLong(word[1]);
                case "holder" -> {
                    long expiry = Long.parseLong(word[3]);
                    Holder found = new Holder(new AcquisitionId(word[1]), Long.parseLong(word[2]), expiry);
                    holder = Optional.of(found).filter(each -> now < expiry);
                }
                case "waiter" -> waiters.add(new Waiter(new AcquisitionId(word[1]), Long.parseLong(word[2])));
                default -> throw new IllegalStateException("not a line of a lock file: " + line);
            }
        }
        waiters.removeIf(waiter -> now >= waiter.aliveUntil);
        return new LockFile(token, holder, waiters);
    }

    String format() {
        StringBuilder text = new StringBuilder("token " + token + "\n");
        holder.ifPresent(each ->
                text.append("holder " + each.id + " " + each.token + " " + each.expiry + "\n"));
        waiters.forEach(each -> text.append("waiter " + each.id + " " + each.aliveUntil + "\n"));
        return text.toString();
    }

    boolean isHeldBy(AcquisitionId id) {
        return holder.filter(each -> each.id.equals(id)).isPresent();
    }

    /** Whether exactly this grant stands: id and token are compared, in the step that changes it (rule S5). */
    boolean isHeldBy(AcquisitionId id, long grantedToken) {
        return holder.filter(each -> each.id.equals(id) && each.token == grantedToken)
                .isPresent();
    }

    boolean waits(AcquisitionId id) {
        return waiters.stream().anyMatch(waiter -> waiter.id.equals(id));
    }

    /** Whether nobody holds, and nobody but this acquire is next. */
    boolean isFreeFor(AcquisitionId id) {
        return holder.isEmpty() && (waiters.isEmpty() || waiters.get(0).id.equals(id));
    }

    LockFile heldBy(AcquisitionId id, long granted, long expiry) {
        LockFile without = withoutWaiter(id);
        return new LockFile(
                Math.max(token, granted), Optional.of(new Holder(id, granted, expiry)), without.waiters);
    }

    LockFile withoutHolder() {
        return new LockFile(token, Optional.empty(), waiters);
    }

    LockFile withoutWaiter(AcquisitionId id) {
        return new LockFile(
                token,
                holder,
                waiters.stream().filter(waiter -> !waiter.id.equals(id)).toList());
    }

    /** In the queue, at its old place or at the end, and alive until then. */
    LockFile withWaiter(AcquisitionId id, long aliveUntil) {
        List<Waiter> queue = new ArrayList<>(waiters);
        Waiter alive = new Waiter(id, aliveUntil);
        queue.replaceAll(waiter -> waiter.id.equals(id) ? alive : waiter);
        if (!queue.contains(alive)) {
            queue.add(alive);
        }
        return new LockFile(token, holder, queue);
    }
}
