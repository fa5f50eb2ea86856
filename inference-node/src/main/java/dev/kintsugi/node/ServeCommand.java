package dev.kintsugi.node;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves one model until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serve one model over HTTP until SIGTERM (the default command).")
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "model directory with manifest.json (default: the built-in wan-tiny)")
  private @Nullable String model;

  @Option(
      names = "--lite-model",
      paramLabel = "DIR",
      description =
          "directory of a smaller model served beside it, or none (default: the built-in"
              + " wan-tiny-lite where the main model is built in)")
  private @Nullable String liteModel;

  @Option(names = "--host", description = "address to listen on (default: 127.0.0.1)")
  private @Nullable String host;

  @Option(names = "--port", description = "port to listen on, 0 for any (default: 8090)")
  private @Nullable Integer port;

  @Option(names = "--threads", description = "threads of the engine (default: one per processor)")
  private @Nullable Integer threads;

  @Option(names = "--device", description = "cpu or cuda:N (default: cpu)")
  private @Nullable String device;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description = "where attempts keep their files (default: below the temporary directory)")
  private @Nullable String workDir;

  @Option(
      names = "--grace",
      description = "how long a stop may take in all, such as 25s (default: 25s)")
  private @Nullable String grace;

  @Option(
      names = "--faults",
      description = "let /node/faults break this node on purpose (default: no)")
  private boolean faults;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> settings = new HashMap<>();
    put(settings, "kintsugi.node.model", model);
    put(settings, "kintsugi.node.lite-model", liteModel);
    put(settings, "kintsugi.node.host", host);
    put(settings, "kintsugi.node.port", port == null || port != 0 ? port : Integer.valueOf(-1));
    put(settings, "kintsugi.node.threads", threads);
    put(settings, "kintsugi.node.device", device);
    put(settings, "kintsugi.node.work-dir", workDir);
    put(settings, "kintsugi.node.grace", grace);
    put(settings, "kintsugi.node.faults", faults ? Boolean.TRUE : null);
    return NodeServer.run(settings);
  }

  private static void put(Map<String, Object> settings, String name, @Nullable Object value) {
    if (value != null) {
      settings.put(name, value);
    }
  }
}
