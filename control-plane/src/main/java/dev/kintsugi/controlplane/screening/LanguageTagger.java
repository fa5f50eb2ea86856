package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.core.screening.PartOfSpeech;
import dev.kintsugi.core.screening.Tagger;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The taggers of every language. They are loaded beside the start, so that no customer waits for
 * them; a prompt that comes before, or that a tagger fails on, passes unread.
 */
@Singleton
final class LanguageTagger implements Tagger, ApplicationEventListener<StartupEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(LanguageTagger.class);
  private final Supplier<Readers> source;
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
  LanguageTagger() {
    this(() -> Shared.READERS);
  }

  /**
   * @param source may take its time
   */
  LanguageTagger(Supplier<Readers> source) {
    this.source = source;
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
    return telling(why -> {}).chinese(text);
  }

  @Override
  public List<PartOfSpeech> english(List<String> words) {
    return telling(why -> {}).english(words);
  }

  /**
   * These taggers.
   *
   * @param unread is told why whenever they say nothing
   */
  Tagger telling(Consumer<Why> unread) {
    return new Tagger() {
      @Override
      public List<Term> chinese(String text) {
        return read(readers -> readers.chinese().apply(text), unread);
      }

      @Override
      public List<PartOfSpeech> english(List<String> words) {
        return read(readers -> readers.english().apply(words), unread);
      }
    };
  }

  private <T> List<T> read(Function<Readers, List<T>> reading, Consumer<Why> unread) {
    if (!loading.isDone()) {
      unread.accept(Why.UNAVAILABLE);
      return List.of();
    }
    try {
      return reading.apply(loading.join());
    } catch (RuntimeException | StackOverflowError defect) {
      LOG.error("A prompt passes without a look at its language", defect);
      unread.accept(Why.DEFECT);
      return List.of();
    }
  }
}
