package dev.kintsugi.node;

import static org.awaitility.Awaitility.await;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The whole node in this process on an ephemeral port, with the real engine and a real model. */
public final class RealNode implements AutoCloseable {
  private final ApplicationContext context;
  private final NodeClient client;

  public RealNode(Path workDir, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent("kintsugi.node.model", "models/wan-tiny");
    all.put("kintsugi.node.work-dir", workDir.toString());
    all.put("kintsugi.node.port", -1);
    context = ApplicationContext.builder().properties(all).build().start();
    client = new NodeClient(context.getBean(EmbeddedServer.class).start().getURI());
  }

  /** Waits until the model is proven. */
  public NodeClient readyClient() {
    await("the node is ready")
        .atMost(Duration.ofMinutes(2))
        .until(() -> client.get("/readyz").statusCode() == 200);
    return client;
  }

  /** Whether or not it will ever be ready. */
  public NodeClient client() {
    return client;
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  @Override
  public void close() {
    NodeStop.cancelAll(context);
    NodeStop.close(context);
  }
}
