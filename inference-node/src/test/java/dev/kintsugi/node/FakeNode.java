package dev.kintsugi.node;

import dev.kintsugi.node.warmup.ModelOpener;
import dev.kintsugi.node.warmup.ModelState;
import dev.kintsugi.node.warmup.ModelUnusableException;
import dev.kintsugi.node.warmup.ReadyModels;
import dev.kintsugi.protocol.node.FailureClass;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The whole node in this process on an ephemeral port, with a fake model in place of the engine.
 */
public final class FakeNode implements AutoCloseable {
  public final FakeModel model = new FakeModel();
  private final Opener opener = new Opener(model);
  private final ApplicationContext context;
  private final NodeClient client;

  public FakeNode(Path workDir) {
    this(workDir, Map.of());
  }

  public FakeNode(Path workDir, Map<String, Object> settings) {
    this(workDir, settings, List.of());
  }

  /** A node in which beans take the place of its own. */
  public FakeNode(Path workDir, Map<String, Object> settings, List<Object> beans) {
    this(workDir, settings, null, beans);
  }

  /** A node whose model cannot be opened until {@link #repair}. */
  public FakeNode(
      Path workDir, Map<String, Object> settings, @Nullable ModelUnusableException broken) {
    this(workDir, settings, broken, List.of());
  }

  private FakeNode(
      Path workDir,
      Map<String, Object> settings,
      @Nullable ModelUnusableException broken,
      List<Object> beans) {
    opener.broken.set(broken);
    Map<String, Object> all = new HashMap<>(settings);
    all.put("kintsugi.node.work-dir", workDir.toString());
    all.put("kintsugi.node.port", -1);
    context =
        ApplicationContext.builder()
            .properties(all)
            .singletons(opener)
            .singletons(beans.toArray())
            .build()
            .start();
    client = new NodeClient(context.getBean(EmbeddedServer.class).start().getURI());
  }

  public NodeClient client() {
    return client;
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** From now on there is a lite model, at the latest attempt to open it. */
  public void serveLite(FakeModel lite) {
    opener.lite.set(lite);
  }

  public void repair() {
    opener.broken.set(null);
  }

  /** From now on the model cannot be opened; the one that is open goes on. */
  public void spoil(ModelUnusableException broken) {
    opener.broken.set(broken);
  }

  @Override
  public void close() {
    NodeStop.cancelAll(context);
    model.run();
    NodeStop.close(context);
  }

  private static final class Opener implements ModelOpener {
    private final FakeModel model;
    private final AtomicReference<@Nullable ModelUnusableException> broken =
        new AtomicReference<>();

    private final AtomicReference<@Nullable FakeModel> lite = new AtomicReference<>();

    Opener(FakeModel model) {
      this.model = model;
    }

    @Override
    public ModelState.Warm open(Consumer<String> stage) throws ModelUnusableException {
      ModelUnusableException error = broken.get();
      if (error != null) {
        throw error;
      }
      return ReadyModels.of(model);
    }

    @Override
    public Optional<ModelState.Warm> openLite() throws ModelUnusableException {
      FakeModel found = lite.get();
      if (found == null) {
        throw new ModelUnusableException(FailureClass.WEIGHTS_CORRUPT, "lite is not there yet");
      }
      return Optional.of(ReadyModels.of(found));
    }
  }
}
