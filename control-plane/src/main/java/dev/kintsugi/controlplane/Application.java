package dev.kintsugi.controlplane;

import dev.kintsugi.controlplane.tenants.KeysCommand;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.info.License;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The control plane process: without arguments it serves, with a subcommand it administers. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "Kintsugi",
            version = "v1",
            description = "Text-to-video jobs behind the OpenAI Videos contract.",
            license = @License(name = "Apache-2.0")))
@SecurityScheme(name = "api-key", type = SecuritySchemeType.HTTP, scheme = "bearer")
@SecurityScheme(name = "operator-key", type = SecuritySchemeType.HTTP, scheme = "bearer")
@Command(
    name = "control-plane",
    mixinStandardHelpOptions = true,
    description = "Serves the Kintsugi API. Subcommands administer a running or stopped one.",
    subcommands = KeysCommand.class)
public final class Application implements Runnable {

  private static final String LOG_LEVEL = "KINTSUGI_LOG_LEVEL";

  /** Entry point. What a command prints is its answer alone, so it logs errors only. */
  public static void main(String[] arguments) {
    if (arguments.length > 0 && System.getenv(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "ERROR");
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    CommandLine command = new CommandLine(new Application());
    int exit = command.execute(arguments);
    if (arguments.length > 0) {
      System.exit(exit);
    }
  }

  @Override
  public void run() {
    new PlainStart().mainClass(Application.class).banner(false).start();
  }
}
