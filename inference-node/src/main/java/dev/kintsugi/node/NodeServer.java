package dev.kintsugi.node;

import dev.kintsugi.node.attempts.Drain;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of the serving process: start, wait for a signal, drain, stop. */
final class NodeServer {
  private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);

  private NodeServer() {}

  /**
   * Serves until the process is told to stop.
   *
   * @return exit code
   */
  static int run(Map<String, Object> settings) throws InterruptedException {
    ApplicationContext context = ApplicationContext.builder().properties(settings).build();
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      EmbeddedServer server = context.start().getBean(EmbeddedServer.class).start();
      LOG.atInfo().addKeyValue("event", "listening").log("listening on {}", server.getURL());
    } catch (ServerStartupException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      LOG.error(
          "cannot listen on {}:{}: {}",
          context.getProperty("micronaut.server.host", String.class).orElse("any"),
          context.getProperty("micronaut.server.port", String.class).orElse("any"),
          cause.getMessage());
      context.stop();
      return 1;
    } catch (BeanInstantiationException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      LOG.error("cannot start: {}", cause.getMessage());
      context.stop();
      return 1;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      stop(context);
                      stopped.countDown();
                    }));
    stopped.await();
    return 0;
  }

  // The framework's own hook would close the listener first, and with it every follower of the
  // attempt that still runs; so the order is ours.
  private static void stop(ApplicationContext context) {
    try {
      context.getBean(Drain.class).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    context.stop();
  }
}
