package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for processes that should be gone. */
final class Residue {
    private Residue() {}

    /** Dead, or dead and not yet collected by its parent. */
    static boolean isGone(long pid) {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return true;
        }
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException notLinuxOrJustGone) {
            return false;
        }
    }
}
