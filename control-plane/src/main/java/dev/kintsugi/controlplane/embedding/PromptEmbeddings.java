package dev.kintsugi.controlplane.embedding;

import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Requires;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeds prompts in this process. The models are loaded in the background; whoever asks before, or
 * when they cannot be used, gets nothing and goes on without.
 */
@Context
@Requires(notEnv = "command")
public final class PromptEmbeddings {

  private static final Logger LOG = LoggerFactory.getLogger(PromptEmbeddings.class);

  /** The models saw no longer texts when they were trained, and time grows with the length. */
  private static final int LONGEST = 512;

  /** About 24 tokens: an eighth of a millisecond each, and what the video is of comes first. */
  private static final int BEGINNING = 96;

  private static final int LETTERS_A_SIGN = 4;
  private static final float LOAD_FACTOR = 0.75f;

  private final EmbeddingSettings settings;
  private final Function<SentenceModel, SentenceEncoder> loader;
  private final Semaphore places;
  private final Map<String, Embedding> cache;
  private volatile Map<SentenceModel, SentenceEncoder> encoders = Map.of();
  private volatile boolean away;
  private boolean closed;

  @Inject
  PromptEmbeddings(EmbeddingSettings settings) {
    this(settings, OnnxEncoder::load);
  }

  PromptEmbeddings(EmbeddingSettings settings, Function<SentenceModel, SentenceEncoder> loader) {
    this.settings = settings;
    this.loader = loader;
    this.away = settings.enabled();
    this.places = new Semaphore(settings.atOnce(), true);
    this.cache =
        Collections.synchronizedMap(
            new LinkedHashMap<>(16, LOAD_FACTOR, true) {
              @Override
              protected boolean removeEldestEntry(Map.Entry<String, Embedding> eldest) {
                return size() > settings.cached();
              }
            });
  }

  /**
   * The point of a prompt, of its first 512 characters. Takes milliseconds, and waits while as many
   * threads as may be are at it.
   *
   * @return empty for a prompt without words, before the models are loaded, and when they cannot be
   *     used
   */
  public Optional<Embedding> of(String prompt) {
    String text = beginning(prompt.strip());
    SentenceModel model = SentenceModel.of(text);
    SentenceEncoder encoder = encoders.get(model);
    if (encoder == null || text.codePoints().noneMatch(Character::isLetterOrDigit)) {
      return Optional.empty();
    }
    Embedding known = cache.get(text);
    return known != null ? Optional.of(known) : embed(text, model, encoder);
  }

  /**
   * The point of what a prompt begins with, its first 96 Latin letters or 24 Chinese characters: in
   * less time, and in nearly the same for every prompt.
   */
  public Optional<Embedding> ofBeginning(String prompt) {
    String text = prompt.strip();
    int letters = 0;
    int end = 0;
    while (end < text.length() && letters < BEGINNING) {
      int c = text.codePointAt(end);
      letters += c < 0x80 ? 1 : LETTERS_A_SIGN;
      end += Character.charCount(c);
    }
    boolean withinWord =
        end < text.length()
            && Character.isLetterOrDigit(text.charAt(end))
            && Character.isLetterOrDigit(text.charAt(end - 1));
    int space = withinWord ? text.lastIndexOf(' ', end) : -1;
    return of(text.substring(0, space > end / 2 ? space : end));
  }

  /** The models are loaded. */
  public boolean ready() {
    return encoders.size() == SentenceModel.values().length;
  }

  /**
   * What is empty now may not be so later, or at another replica: the models are being loaded, or
   * this process ends. Who keeps for good that a prompt has no point asks this afterwards.
   */
  public boolean away() {
    return away || Thread.currentThread().isInterrupted();
  }

  /**
   * What made the points of a language; points of two of these cannot be compared.
   *
   * @param language {@code en} or {@code zh}
   */
  public static String model(String language) {
    return SentenceModel.named(language).id();
  }

  @PostConstruct
  void start() {
    if (settings.enabled()) {
      Thread.ofPlatform().daemon().name("embedding-models").start(this::load);
    }
  }

  void load() {
    try {
      publish();
    } finally {
      loaded();
    }
  }

  private synchronized void loaded() {
    away = closed;
  }

  private void publish() {
    Map<SentenceModel, SentenceEncoder> loaded = new EnumMap<>(SentenceModel.class);
    try {
      for (SentenceModel model : SentenceModel.values()) {
        loaded.put(model, loader.apply(model));
      }
    } catch (RuntimeException | LinkageError defect) {
      loaded.values().forEach(SentenceEncoder::close);
      LOG.error("Prompts are not compared by meaning: {}", defect.getMessage(), defect);
      return;
    }
    publish(loaded);
  }

  private synchronized void publish(Map<SentenceModel, SentenceEncoder> loaded) {
    if (closed) {
      loaded.values().forEach(SentenceEncoder::close);
    } else {
      away = false;
      encoders = loaded;
      LOG.info("Prompts are compared by meaning, with {}", loaded.keySet());
    }
  }

  /** Whoever is embedding finishes first; an encoder that is closed refuses the others. */
  @PreDestroy
  synchronized void close() {
    closed = true;
    away = true;
    Map<SentenceModel, SentenceEncoder> last = encoders;
    encoders = Map.of();
    places.acquireUninterruptibly(settings.atOnce());
    last.values().forEach(SentenceEncoder::close);
    places.release(settings.atOnce());
  }

  private Optional<Embedding> embed(String text, SentenceModel model, SentenceEncoder encoder) {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      float[] vector = encoder.encode(text);
      if (!finite(vector)) {
        return Optional.empty();
      }
      Embedding embedding = new Embedding(model.language(), vector);
      cache.put(text, embedding);
      return Optional.of(embedding);
    } catch (RuntimeException defect) {
      LOG.warn("A prompt of {} characters is not embedded", text.length(), defect);
      return Optional.empty();
    } finally {
      places.release();
    }
  }

  private static boolean finite(float[] vector) {
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static String beginning(String text) {
    return text.codePointCount(0, text.length()) <= LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, LONGEST));
  }
}
