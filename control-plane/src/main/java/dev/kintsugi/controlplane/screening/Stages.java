package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes prompts through the stages, each within its budget. A stage that breaks or is slow lets the
 * prompt pass, marked and counted: each has a few threads of its own, so that one that is stuck
 * takes neither those of requests nor another stage's, and who finds them taken does not wait.
 */
@Singleton
final class Stages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Stages.class);
  private static final double NANOS = 1e9;

  /** A part of the first stage that may fail alone. */
  static final String LANGUAGE = "language";

  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int WAITING = 64;

  private final Map<Stage, Duration> budgets;
  private final Map<Stage, ExecutorService> threads = new EnumMap<>(Stage.class);
  private final Counter skips;
  private final Histogram seconds;

  @Inject
  Stages(Meters meters, StageSettings settings) {
    this(meters, settings.budgets(), THREADS, WAITING);
  }

  /**
   * @param atOnce prompts that a stage looks at at once
   * @param waiting prompts that may wait for it
   */
  Stages(Meters meters, Map<Stage, Duration> budgets, int atOnce, int waiting) {
    this.budgets = Map.copyOf(budgets);
    this.skips = meters.counter(AdmissionCatalogue.PROMPT_STAGE_SKIPS);
    this.seconds = meters.histogram(AdmissionCatalogue.PROMPT_STAGE_TIME, Meters.FINE_SECONDS);
    for (Stage stage : Stage.values()) {
      threads.put(stage, threads(stage, atOnce, waiting));
      for (Why why : Why.values()) {
        skips.labelValues(stage.wireName(), why.wireName()).inc(0);
      }
      seconds.initLabelValues(stage.wireName());
    }
    for (Why why : List.of(Why.UNAVAILABLE, Why.DEFECT)) {
      skips.labelValues(LANGUAGE, why.wireName()).inc(0);
    }
  }

  private static ExecutorService threads(Stage stage, int atOnce, int waiting) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(waiting),
            Thread.ofPlatform().daemon().name("screening-" + stage.wireName() + "-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * A stage, or a part of one, that said nothing.
   *
   * @param stage one word
   */
  record Skip(String stage, Why why) {}

  /** One prompt on its way; used by one thread. */
  final class Passage {

    private final List<Skip> skips = new ArrayList<>();

    /** What the stage says; empty when it says nothing, which is noted. */
    <T> Optional<T> take(Stage stage, Callable<Said<T>> work) {
      long start = System.nanoTime();
      Said<T> said = within(stage, work);
      Stages.this
          .seconds
          .labelValues(stage.wireName())
          .observe((System.nanoTime() - start) / NANOS);
      return switch (said) {
        case Said.Word<T>(T value) -> Optional.of(value);
        case Said.Nothing<T>(Why why) -> {
          note(stage.wireName(), why);
          yield Optional.empty();
        }
      };
    }

    /** Notes that this part said nothing. */
    void note(String stage, Why why) {
      Skip skip = new Skip(stage, why);
      if (!skips.contains(skip)) {
        skips.add(skip);
      }
    }

    List<Skip> skips() {
      return List.copyOf(skips);
    }

    /** Something went wrong on the way. */
    boolean failed() {
      return skips.stream().anyMatch(skip -> skip.why().abnormal());
    }

    boolean skipped(Stage stage) {
      return skips.stream().anyMatch(skip -> skip.stage().equals(stage.wireName()));
    }
  }

  Passage begin() {
    return new Passage();
  }

  /** A submission's stages that said nothing are counted; a dry run's are not. */
  void count(Passage passage) {
    passage.skips().forEach(skip -> skips.labelValues(skip.stage(), skip.why().wireName()).inc());
  }

  @PreDestroy
  @Override
  public void close() {
    threads.values().forEach(ExecutorService::shutdownNow);
  }

  private <T> Said<T> within(Stage stage, Callable<Said<T>> work) {
    Duration budget = budgets.getOrDefault(stage, stage.budget());
    Future<Said<T>> running;
    try {
      running = Objects.requireNonNull(threads.get(stage)).submit(work);
    } catch (RejectedExecutionException full) {
      return new Said.Nothing<>(Why.BUSY);
    }
    try {
      return running.get(budget.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException slow) {
      LOG.warn("Stage {} takes longer than {}: the prompt passes it", stage.wireName(), budget);
      return new Said.Nothing<>(Why.SLOW);
    } catch (ExecutionException defect) {
      LOG.error("Stage {} broke: the prompt passes it", stage.wireName(), defect.getCause());
      return new Said.Nothing<>(Why.DEFECT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Said.Nothing<>(Why.BUSY);
    } finally {
      running.cancel(true);
    }
  }
}
