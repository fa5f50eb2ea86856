package dev.kintsugi.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.PromptDrift;
import dev.kintsugi.core.watch.PromptDrift.Policy;
import dev.kintsugi.core.watch.PromptDrift.State;
import dev.kintsugi.core.watch.PromptDrift.Verdict;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.model.ModelLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drift over what the real text encoder of the built-in model makes of real prompts. */
class PromptDriftModelTest {
  private static final Policy POLICY = new Policy(150, 5_000, 6);
  private static final int USUAL = 700;
  private static ReplayableModel model;

  /** What prompts become from some moment on. */
  enum Shift {
    ALL_CHINESE,
    HALF_ABSTRACT,
    SYMBOLS
  }

  @BeforeAll
  static void load() throws ModelLoadException {
    model = ModelLoader.load(Path.of("models/wan-tiny"), new EngineOptions("cpu", 1));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @EnumSource
  void theUsualMixtureIsNoneAndAShiftedOneIs(Shift shift) throws GenerationException {
    Random random = new Random(42);
    State state = State.NEW;
    int drifted = -1;
    for (int i = 0; i < USUAL + 150 && drifted < 0; i++) {
      String prompt = i < USUAL ? usual(random) : shifted(shift, random);
      PromptDrift.Observation o = PromptDrift.observe(state, model.encode(prompt).pooled(), POLICY);
      state = o.next();
      if (o.verdict() instanceof Verdict.Drifted) {
        drifted = i;
      }
    }
    assertThat(drifted - USUAL).as("prompts until drift is seen").isBetween(1, 100);
  }

  /** Three of four in English. */
  private static String usual(Random random) {
    return random.nextInt(4) > 0 ? english(random) : chinese(random);
  }

  private static String shifted(Shift shift, Random random) {
    return switch (shift) {
      case ALL_CHINESE -> chinese(random);
      case HALF_ABSTRACT -> random.nextBoolean() ? usual(random) : abstractly(random);
      case SYMBOLS -> "((" + of(random, "★", "♥", "☂", "∞") + "))".repeat(1 + random.nextInt(6));
    };
  }

  private static String english(Random random) {
    return "a "
        + of(random, "red", "blue", "green", "yellow", "purple", "small orange")
        + " "
        + of(random, "ball", "car", "cat", "bird", "boat", "rocket", "fish", "balloon")
        + " "
        + of(random, "bouncing", "driving", "flying", "jumping", "spinning", "moving slowly")
        + " "
        + of(random, "on the beach", "in the city", "in the forest", "over the sea", "at night");
  }

  private static String chinese(Random random) {
    return "一"
        + of(random, "只", "个", "辆")
        + of(random, "红色", "蓝色", "绿色", "黄色", "紫色")
        + "的"
        + of(random, "球", "汽车", "猫", "鸟", "船", "火箭", "鱼")
        + of(random, "在海滩上", "在城市里", "在森林里", "在海上", "在夜里")
        + of(random, "跳跃", "行驶", "飞翔", "旋转", "慢慢移动");
  }

  private static String abstractly(Random random) {
    return of(random, "the memory of", "an echo of", "the absence of", "a longing for")
        + " "
        + of(random, "forgotten time", "what was never said", "infinite silence", "meaning itself")
        + ", "
        + of(random, "beyond reason", "without form", "as if it had always been so");
  }

  private static String of(Random random, String... choices) {
    return List.of(choices).get(random.nextInt(choices.length));
  }
}
