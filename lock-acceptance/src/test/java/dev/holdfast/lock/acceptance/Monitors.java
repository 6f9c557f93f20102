package dev.holdfast.lock.acceptance;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassReader;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.MethodVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.Opcodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds synchronized methods and blocks; ArchUnit itself sees only the methods. */
final class Monitors {
    private Monitors() {}

    /** The methods of this class that are synchronized or contain a synchronized block. */
    static List<String> usedBy(JavaClass type) {
        try (InputStream bytes = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            List<String> found = new ArrayList<>();
            new ClassReader(bytes).accept(new Methods(type.getName(), found), ClassReader.SKIP_FRAMES);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class file of " + type.getName(), e);
        }
    }

    private static final class Methods extends ClassVisitor {
        private final String type;
        private final List<String> found;

        Methods(String type, List<String> found) {
            super(Opcodes.ASM9);
            this.type = type;
            this.found = found;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, @Nullable String signature, String @Nullable [] thrown) {
            String place = type + "." + name + "()";
            if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
                found.add(place);
            }
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitInsn(int opcode) {
                    if (opcode == Opcodes.MONITORENTER) {
                        found.add(place);
                    }
                }
            };
        }
    }
}
