package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;

/** Opens the URL that is its argument, and says what came of it. */
final class OpenMain {
    private OpenMain() {}

    public static void main(String[] arguments) {
        try {
            Locks.open(arguments[0]).close();
            System.out.println("opened");
        } catch (LockException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
