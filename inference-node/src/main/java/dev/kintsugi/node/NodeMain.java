package dev.kintsugi.node;

import dev.kintsugi.node.quality.CalibrateCommand;
import dev.kintsugi.node.quality.MeasureCommand;
import dev.kintsugi.node.verify.VerifyCommand;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The inference node's command line. */
@Command(
    name = "inference-node",
    mixinStandardHelpOptions = true,
    versionProvider = NodeMain.Version.class,
    description = "One process that makes videos on one device. Without a command it serves.",
    subcommands = {
      ServeCommand.class,
      VerifyCommand.class,
      CalibrateCommand.class,
      MeasureCommand.class
    })
public final class NodeMain implements Callable<Integer> {
  private static final Set<String> OWN_OPTIONS = Set.of("--help", "-h", "--version", "-V");

  NodeMain() {}

  /** Runs a command; {@code serve} when none is named. */
  public static void main(String[] args) {
    NodeHome.useNatives();
    System.exit(execute(args));
  }

  static int execute(String... args) {
    CommandLine commands = new CommandLine(new NodeMain());
    boolean named =
        args.length > 0
            && (commands.getSubcommands().containsKey(args[0]) || OWN_OPTIONS.contains(args[0]));
    String[] full =
        named ? args : Stream.concat(Stream.of("serve"), Stream.of(args)).toArray(String[]::new);
    return commands.execute(full);
  }

  @Override
  public Integer call() {
    return 0;
  }

  /** The version of the build. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = NodeMain.class.getPackage().getImplementationVersion();
      return new String[] {"inference-node " + (version == null ? "(development)" : version)};
    }
  }
}
