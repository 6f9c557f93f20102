package dev.holdfast.lock.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point. */
@Command(
        name = "holdfast",
        description = "Distributed locks over Redis, etcd, ZooKeeper and PostgreSQL.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitStatus.USAGE)
public final class Holdfast {
    private static final Pattern CREDENTIALS = Pattern.compile("://[^\\s'/]*@");

    private Holdfast() {}

    /** Runs one command and ends the JVM with its exit status. */
    public static void main(String... arguments) {
        // UTF-8 also where the locale says otherwise: the symbols of the matrix must not become question marks.
        PrintWriter out = new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(execute(System.getenv(), out, err, arguments));
    }

    /** Runs one command. What follows the first {@code --} is the command line that {@code run} starts. */
    static int execute(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        List<String> all = List.of(arguments);
        int dashes = all.indexOf("--");
        List<String> guarded = dashes < 0 ? List.of() : all.subList(dashes + 1, all.size());
        String[] own = dashes < 0 ? arguments : Arrays.copyOf(arguments, dashes);
        CommandLine line = new CommandLine(new Holdfast())
                .addSubcommand(new RunCommand(guarded, environment, err))
                .addSubcommand(new CompareCommand(environment, out, err))
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(116)
                .setParameterExceptionHandler((mistake, words) -> {
                    CommandLine command = mistake.getCommandLine();
                    err.println("holdfast: " + redacted(String.valueOf(mistake.getMessage())));
                    err.println("holdfast: see: " + command.getCommandSpec().qualifiedName() + " --help");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.println("holdfast: " + redacted(String.valueOf(failure)) + "; this is a defect of Holdfast");
                    for (StackTraceElement frame : failure.getStackTrace()) {
                        err.println("    at " + frame);
                    }
                    return ExitStatus.SOFTWARE;
                });
        return line.execute(own);
    }

    /** The message without user and password of a URL in it. */
    private static String redacted(String message) {
        return CREDENTIALS.matcher(message).replaceAll("://***@");
    }
}
