package dev.kintsugi.node.warmup;

import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.warmup.ModelState.Broken;
import dev.kintsugi.node.warmup.ModelState.Loading;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.NodeEvent;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.event.StartupEvent;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.scheduling.TaskScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the model: brings it up on the engine thread and runs work on it there. */
@Context
public final class ModelHost {
  private static final Logger LOG = LoggerFactory.getLogger(ModelHost.class);

  private final EngineThread engine;
  private final ModelOpener opener;
  private final List<Prerequisite> prerequisites;
  private final TaskScheduler scheduler;
  private final NodeSettings settings;
  private final NodeEvents events;
  private volatile ModelState state = new Loading("the node is starting");
  private volatile Optional<Warm> lite = Optional.empty();
  private String lastError = "";
  private String lastLiteError = "";

  /** Everything that occupies memory, the main model first; touched on the engine thread only. */
  private final List<Warm> loaded = new ArrayList<>();

  ModelHost(
      EngineThread engine,
      ModelOpener opener,
      List<Prerequisite> prerequisites,
      TaskScheduler scheduler,
      NodeSettings settings,
      NodeEvents events) {
    this.engine = engine;
    this.opener = opener;
    this.prerequisites = prerequisites;
    this.scheduler = scheduler;
    this.settings = settings;
    this.events = events;
  }

  public ModelState state() {
    return state;
  }

  /** The proven model, while the engine lives. */
  public Optional<Warm> warm() {
    return state instanceof Warm warm && engine.alive() ? Optional.of(warm) : Optional.empty();
  }

  /** The proven lite model beside the main one, while the engine lives. */
  public Optional<Warm> lite() {
    return engine.alive() ? lite : Optional.empty();
  }

  /** The proven model of a name. */
  public Optional<Warm> model(String name) {
    return Stream.concat(warm().stream(), lite().stream())
        .filter(w -> w.card().name().equals(name))
        .findFirst();
  }

  /** Runs work on the engine thread after the work before it. */
  public void execute(Runnable work) {
    engine.execute(work);
  }

  /** False when the engine thread died: only a new process helps. */
  public boolean alive() {
    return engine.alive();
  }

  /**
   * Checks and loads the model anew after the work before it. Until then nothing is admitted.
   *
   * @param why end of the sentence: the model is loaded anew, ...
   */
  public void reload(String why) {
    state = new Loading("the model is loaded anew: " + why);
    lite = Optional.empty();
    LOG.info(state.reason());
    engine.execute(
        () -> {
          // Two copies of a large model fit no device; the lite one may share parts of the main
          // one.
          lite = Optional.empty();
          loaded.reversed().forEach(w -> w.model().close());
          loaded.clear();
          open();
        });
  }

  /**
   * Only when everything else stands: a setting that is refused must not take the work directory.
   */
  @EventListener
  void start(StartupEvent event) {
    engine.execute(this::open);
  }

  private void open() {
    state = new Loading("the model is being loaded");
    try {
      for (Prerequisite prerequisite : prerequisites) {
        prerequisite.establish();
      }
      Warm warm = opener.open(stage -> state = new Loading(stage));
      loaded.add(warm);
      state = warm;
      lastError = "";
      LOG.atInfo()
          .addKeyValue("event", "ready")
          .addKeyValue("digest", warm.card().digest())
          .addKeyValue("process_seconds", warm.times().process())
          .addKeyValue("hash_seconds", warm.times().hash())
          .addKeyValue("load_seconds", warm.times().load())
          .addKeyValue("self_test_seconds", warm.times().selfTest())
          .addKeyValue("pace_seconds", warm.times().pace())
          .log("{} {} is ready", warm.card().name(), warm.card().version());
      engine.execute(this::openLite);
    } catch (ModelUnusableException e) {
      broken(new Broken(e.failure(), String.valueOf(e.getMessage())));
    } catch (MediaException e) {
      broken(new Broken(FailureClass.INTERNAL, String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      LOG.debug("opening the model failed", e);
      broken(new Broken(FailureClass.MODEL_LOAD_FAILED, "the model cannot be opened: " + e));
    }
  }

  // A task of its own: the main model does not wait for it, whatever becomes of it.
  private void openLite() {
    if (lite.isPresent()) {
      return;
    }
    try {
      lite = opener.openLite();
      lite.ifPresent(loaded::add);
      lastLiteError = "";
      lite.ifPresent(
          w ->
              LOG.atInfo()
                  .addKeyValue("event", "lite_ready")
                  .addKeyValue("digest", w.card().digest())
                  .log("{} {} is ready too", w.card().name(), w.card().version()));
    } catch (ModelUnusableException e) {
      noLite(e.failure(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      noLite(FailureClass.MODEL_LOAD_FAILED, e.toString());
    }
  }

  private void noLite(FailureClass failure, String why) {
    String reason = "there is no lite model: " + why;
    if (!reason.equals(lastLiteError)) {
      lastLiteError = reason;
      unusable(failure, reason);
    }
    scheduler.schedule(settings.loadRetry(), () -> engine.execute(this::openLite));
  }

  private void tryAgain() {
    // Somebody may have loaded it meanwhile.
    if (state instanceof Broken) {
      open();
    }
  }

  private void broken(Broken broken) {
    state = broken;
    // The same error once: a retry that finds nothing new has nothing to say.
    if (!broken.reason().equals(lastError)) {
      lastError = broken.reason();
      unusable(broken.failure(), broken.reason());
    }
    scheduler.schedule(settings.loadRetry(), () -> engine.execute(this::tryAgain));
  }

  private void unusable(FailureClass failure, String reason) {
    events.add(NodeEvent.Kind.MODEL_UNUSABLE, reason, null, Map.of("failure", failure.name()));
  }
}
