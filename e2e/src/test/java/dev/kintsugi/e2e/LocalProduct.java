package dev.kintsugi.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The product on this machine's own cluster, started and stopped with the commands of the README.
 * It keeps its state apart from a user's, so that a test never touches their jobs.
 */
final class LocalProduct implements AutoCloseable {
  static final Path STATE = Checkout.root().resolve("e2e/target/product");

  private final Map<String, String> environment = new HashMap<>();
  private Map<String, String> exported = Map.of();
  private @Nullable ApiServer apiServer;

  LocalProduct() {
    environment.put("CLUSTER", "local");
    environment.put("NODES", "2");
    environment.put("KINTSUGI_STATE_DIR", STATE.toString());
    environment.put("KINTSUGI_CLUSTER_DIR", STATE.resolve("cluster-state").toString());
    environment.put("KINTSUGI_CLUSTER_UNSAFE_NO_FSYNC", "1");
  }

  /**
   * On a new cluster: an earlier build's pods would stay stable until jobs spoke for this one's.
   */
  void up() {
    cluster("clean");
    Shell.run(environment, "make", "up").orFail();
    exported = readEnv();
  }

  void down() {
    if (apiServer != null) {
      apiServer.close();
      apiServer = null;
    }
    Shell.run(environment, "make", "down").orFail();
  }

  /** The cluster program's own verbs: kill-node, restore-node, stop-apiserver, ... */
  String cluster(String... verb) {
    return Shell.run(environment, concat("deploy/local/kintsugi-cluster", verb)).orFail();
  }

  Shell.Outcome tryCluster(String... verb) {
    return Shell.run(environment, concat("deploy/local/kintsugi-cluster", verb));
  }

  String kubectl(String... arguments) {
    return tryKubectl(arguments).orFail();
  }

  Shell.Outcome tryKubectl(String... arguments) {
    Map<String, String> env = new HashMap<>(environment);
    env.put("KUBECONFIG", exported.get("KUBECONFIG"));
    return Shell.run(env, concat("kubectl", arguments));
  }

  /** For what is asked many times. */
  synchronized ApiServer apiServer() {
    if (apiServer == null) {
      apiServer = new ApiServer(new File(exported.get("KUBECONFIG")));
    }
    return apiServer;
  }

  /**
   * Changes the demo service.
   *
   * @param spec what is merged into its spec, as JSON
   */
  void change(String spec) {
    kubectl(
        "patch",
        "dsvc",
        "wan-tiny",
        "-n",
        "studio",
        "--type=merge",
        "-p",
        "{\"spec\": " + spec + "}");
  }

  /** Name, uid and restart count of each inference pod of the demo service. */
  String nodePods() {
    return kubectl(
        "get",
        "pods",
        "-n",
        "studio",
        "-l",
        "kintsugi.dev/service=wan-tiny",
        "--sort-by=.metadata.name",
        "-o",
        "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}"
            + " {.status.containerStatuses[0].restartCount}{'\\n"
            + "'}{end}");
  }

  Api api() {
    return new Api(url(), apiKey());
  }

  /** With the operators' key. */
  Api ops() {
    return new Api(url(), exported.get("KINTSUGI_OPS_KEY"));
  }

  String url() {
    return exported.get("KINTSUGI_URL");
  }

  String prometheusUrl() {
    return exported.get("KINTSUGI_PROMETHEUS_URL");
  }

  String apiKey() {
    return exported.get("KINTSUGI_API_KEY");
  }

  @Override
  public void close() {
    down();
  }

  private static String[] concat(String first, String... rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private static Map<String, String> readEnv() {
    Map<String, String> values = new HashMap<>();
    try {
      for (String line : Files.readAllLines(STATE.resolve("env"))) {
        String[] pair = line.substring("export ".length()).split("=", 2);
        values.put(pair[0], pair[1]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return values;
  }
}
