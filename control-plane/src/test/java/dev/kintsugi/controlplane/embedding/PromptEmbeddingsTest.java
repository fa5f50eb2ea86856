package dev.kintsugi.controlplane.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the real models. */
class PromptEmbeddingsTest {

  private static PromptEmbeddings real;

  @BeforeAll
  static void load() {
    real = new PromptEmbeddings(new EmbeddingSettings(true, 2, 10));
    real.load();
  }

  @AfterAll
  static void close() {
    real.close();
  }

  private static float[] point(String prompt) {
    return real.of(prompt).orElseThrow().vector();
  }

  private static double cosine(String one, String other) {
    float[] a = point(one);
    float[] b = point(other);
    double product = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
    }
    return product;
  }

  @Test
  void promptsThatMeanSimilarThingsAreNear() {
    assertThat(real.ready()).isTrue();
    assertThat(point("a cat on a beach")).hasSize(384);
    assertThat(point("一只猫在海滩上")).hasSize(512);
    assertThat(cosine("a cat on a beach", "a cat on a beach")).isCloseTo(1, within(1e-5));
    assertThat(cosine("a cat on a beach", "a kitten at the seaside"))
        .isGreaterThan(cosine("a cat on a beach", "quarterly tax report") + 0.3);
    assertThat(cosine("一只猫在海滩上奔跑", "小猫在海边跑步")).isGreaterThan(cosine("一只猫在海滩上奔跑", "季度税务报告") + 0.2);
  }

  @Test
  void theLanguageIsThatOfMostOfTheText() {
    for (String english :
        List.of(
            "a cat", "girl running fast but very 悲伤", "Ein Hund läuft", "猫 on a very long beach")) {
      assertThat(real.of(english).orElseThrow().language()).as(english).isEqualTo("en");
    }
    for (String chinese : List.of("猫", "一只猫在海滩上", "一只 cat 在海滩上奔跑")) {
      assertThat(real.of(chinese).orElseThrow().language()).as(chinese).isEqualTo("zh");
    }
    assertThat(PromptEmbeddings.model("zh")).isEqualTo("bge-small-zh-v1.5-q");
  }

  @Test
  void aLongPromptIsAsItBegins() {
    String english =
        "a small girl in a red coat runs slowly through the snow at night, soft light, close-up,";
    assertThat(real.ofBeginning(english + " cinematic colours and a gentle wind"))
        .contains(real.of(english + " ").orElseThrow());
    assertThat(real.ofBeginning("猫".repeat(100))).contains(real.of("猫".repeat(24)).orElseThrow());
    assertThat(real.ofBeginning(" a cat ")).contains(real.of("a cat").orElseThrow());
    assertThat(real.ofBeginning("x".repeat(500))).isPresent();
    assertThat(real.ofBeginning("")).isEmpty();
  }

  @Test
  void textsThatNoModelExpectsHaveAPointOrNone() {
    for (String none : List.of("", "  \n", "🎉🎉🎉", "?!…")) {
      assertThat(real.of(none)).as(none).isEmpty();
    }
    for (String some :
        List.of(
            "x",
            "\u0000 a",
            "a\uD800b",
            "[CLS] [SEP] ##a",
            "word ".repeat(2_000),
            "猫".repeat(5_000))) {
      assertThat(real.of(some)).as("%.20s", some).isPresent();
    }
  }

  @Test
  void pointsOfTheLastPromptsAreKept() {
    Embedding first = real.of("the first prompt").orElseThrow();
    assertThat(real.of(" the first prompt ").orElseThrow()).isSameAs(first);
    for (int i = 0; i < 10; i++) {
      assertThat(real.of("prompt number " + i)).isPresent();
    }
    assertThat(real.of("the first prompt").orElseThrow()).isNotSameAs(first);
  }

  @Test
  void modelsThatCannotBeLoadedLeaveNothingToSay() {
    var broken =
        new PromptEmbeddings(
            new EmbeddingSettings(true, 1, 1),
            model -> {
              throw new IllegalStateException("no weights");
            });
    broken.load();
    assertThat(broken.ready()).isFalse();
    assertThat(broken.of("a cat")).isEmpty();
    broken.close();
  }

  @Test
  void noMoreThanThatManyAreEmbeddedAtOnceAndADefectIsNobodyElsesMatter() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch both = new CountDownLatch(2);
    AtomicInteger closed = new AtomicInteger();
    SentenceEncoder encoder =
        new SentenceEncoder() {
          @Override
          public float[] encode(String text) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            both.countDown();
            try {
              both.await();
              if (text.startsWith("bad")) {
                throw new IllegalStateException("a defect");
              }
              return text.startsWith("odd") ? new float[] {Float.NaN} : new float[] {1};
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            } finally {
              now.decrementAndGet();
            }
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    var embeddings = new PromptEmbeddings(new EmbeddingSettings(true, 2, 5), model -> encoder);
    embeddings.load();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<Embedding>>> all =
          List.of("one", "two", "three", "bad", "odd").stream()
              .map(text -> threads.submit(() -> embeddings.of(text)))
              .toList();
      for (Future<Optional<Embedding>> each : all) {
        each.get();
      }
      assertThat(all.get(2).get()).isPresent();
      assertThat(all.get(3).get()).isEmpty();
      assertThat(all.get(4).get()).isEmpty();
    }
    assertThat(most.get()).isEqualTo(2);
    embeddings.close();
    assertThat(closed.get()).isEqualTo(2);
    assertThat(embeddings.of("one")).isEmpty();
  }
}
