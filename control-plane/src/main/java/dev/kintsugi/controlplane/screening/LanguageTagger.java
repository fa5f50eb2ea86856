package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.core.screening.PartOfSpeech;
import dev.kintsugi.core.screening.Tagger;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The taggers of every language. They are loaded beside the start, so that no customer waits for
 * them; a prompt that comes before, or that a tagger fails on, passes the stage and is counted.
 */
@Singleton
final class LanguageTagger implements Tagger, ApplicationEventListener<StartupEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(LanguageTagger.class);
  private static final String STAGE = "language";

  private final Supplier<Readers> source;
  private final Counter skips;
  private final CompletableFuture<Readers> loading = new CompletableFuture<>();

  /**
   * @param chinese the words of a text
   * @param english the parts of speech of words
   */
  record Readers(
      Function<String, List<Term>> chinese, Function<List<String>, List<PartOfSpeech>> english) {}

  /** They take much memory and never change: one pair serves every context of a process. */
  private static final class Shared {
    private static final Readers READERS =
        new Readers(new ChineseParts()::read, new EnglishParts()::read);
  }

  @Inject
  LanguageTagger(Meters meters) {
    this(meters, () -> Shared.READERS);
  }

  /**
   * @param source may take its time
   */
  LanguageTagger(Meters meters, Supplier<Readers> source) {
    this.source = source;
    this.skips = meters.counter(MetricCatalogue.PROMPT_STAGE_SKIPS);
    for (Why why : List.of(Why.UNAVAILABLE, Why.DEFECT)) {
      skips.labelValues(STAGE, why.wireName()).inc(0);
    }
  }

  @Override
  public void onApplicationEvent(StartupEvent event) {
    Thread.ofPlatform().daemon().name("load-taggers").start(this::load);
  }

  void load() {
    try {
      loading.complete(source.get());
    } catch (RuntimeException | LinkageError defect) {
      LOG.error("Prompts pass without a look at their language: no tagger can be loaded", defect);
      loading.completeExceptionally(defect);
    }
  }

  /** Done when prompts are read. */
  CompletableFuture<Readers> loading() {
    return loading;
  }

  @Override
  public List<Term> chinese(String text) {
    return read(readers -> readers.chinese().apply(text));
  }

  @Override
  public List<PartOfSpeech> english(List<String> words) {
    return read(readers -> readers.english().apply(words));
  }

  private <T> List<T> read(Function<Readers, List<T>> reading) {
    if (!loading.isDone()) {
      return skipped(Why.UNAVAILABLE);
    }
    try {
      return reading.apply(loading.join());
    } catch (RuntimeException | StackOverflowError defect) {
      LOG.error("A prompt passes without a look at its language", defect);
      return skipped(Why.DEFECT);
    }
  }

  private <T> List<T> skipped(Why why) {
    skips.labelValues(STAGE, why.wireName()).inc();
    return List.of();
  }
}
