package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.FaultPort.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Four causes of failure are planted in the nodes, in what customers ask for, among failures by
 * chance. All that the product is told is which jobs failed.
 */
@Order(10)
class PlantedTruthTest {
  private static final String RULES = "/ops/v1/prompt-rules";
  private static final String SERVICE = "studio/wan-tiny";

  /**
   * All of these jobs have it, and none before: it can tell them from earlier ones, which went
   * well.
   */
  private static final String OURS = "word:moving";

  private static final String POLICY = "deploy/examples/promptpolicy.yaml";
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final List<String> SHAPES = List.of("ball", "car", "bird", "fish", "star");
  private static final List<String> COLOURS = List.of("red", "blue", "green", "yellow");
  private static final List<String> PLACES =
      List.of("on the beach", "in the desert", "at night", "in the snow", "over the sea");

  /** Failures that would have been, of which a rule must have stopped so many. */
  private static final double INTERCEPTED = 0.67;

  /**
   * Ends the last word of prompts that fail wherever they are tried and have nothing else in
   * common.
   */
  private static final String UNLUCKY = "k";

  private static final double UNLUCKY_SHARE = 0.1;

  private final LocalProduct product = SharedCluster.product();
  private final Api api = product.api();
  private final Api ops = product.ops();
  private int number;

  /** What no node can make, and the features that say it. */
  private enum Cause {
    WORD(Set.of("word:lighthouse")),
    EMOJI(Set.of("emoji-run>=3")),
    SIZE(Set.of("pixels>=57000", "pixels>=80000")),
    PAIR(Set.of("word:lantern word:river"));

    private final Set<String> names;

    Cause(Set<String> names) {
      this.names = names;
    }
  }

  @Test
  void whatWasPlantedIsFoundStoppedAndForgotten() {
    FaultPort faults = FaultPort.open(product, 2);
    product.change("{\"degradation\": {\"ladder\": [\"new_seed\", \"other_node\"]}}");
    product.kubectl("apply", "-f", POLICY);
    try {
      product.kubectl(
          "wait", "pp/screening", "-n", "studio", "--for=condition=Ready", "--timeout=480s");
      faults.pods().forEach(pod -> plant(faults, pod));
      Map<Cause, String> rules = found();
      raised(rules);
      intercepted();
      told();
      faults.calm();
      forgotten(rules);
    } finally {
      faults.calm();
      product.kubectl("delete", "-f", POLICY);
      product.change("{\"degradation\": null}");
    }
  }

  private static void plant(FaultPort faults, Pod pod) {
    for (Map<String, Object> where :
        List.<Map<String, Object>>of(
            Map.of("prompt_matches", "lighthouse"),
            Map.of("prompt_matches", "(🎈){3}"),
            Map.of("prompt_matches", "(?s)(?=.*lantern)(?=.*river)"),
            Map.of("prompt_matches", "take[0-9]+" + UNLUCKY),
            Map.of("min_pixels", 100_000))) {
      Map<String, Object> fault = new HashMap<>(where);
      fault.putAll(Map.of("kind", "oom", "count", 100_000, "duration_seconds", 1800));
      faults.arm(pod, fault);
    }
    faults.arm(
        pod,
        Map.of(
            "kind",
            "black-frames",
            "count",
            100_000,
            "probability",
            0.1,
            "seed",
            pod.name().hashCode() & 0xffff,
            "duration_seconds",
            1800));
  }

  /**
   * Ordinary jobs, of which some fail too, and jobs with a cause, until each cause has its rule;
   * there is no other rule.
   */
  private Map<Cause, String> found() {
    double none = failures();
    learnt(ordinary(70), (int) IntStream.range(0, number).filter(this::unlucky).count(), none);
    Map<Cause, String> rules = new EnumMap<>(Cause.class);
    for (int round = 0; round < 3 && rules.size() < Cause.values().length; round++) {
      double before = failures();
      List<String> taken = new ArrayList<>();
      for (Cause cause : Cause.values()) {
        taken.addAll(taken(cause, round == 0 ? 12 : 6));
      }
      learnt(taken, taken.size(), before);
      ops.post(RULES + "/mine", Map.of("service", SERVICE))
          .json()
          .path("data")
          .forEach(PlantedTruthTest::cause);
      rules.putAll(known());
    }
    assertThat(rules).containsOnlyKeys(Cause.values());
    return rules;
  }

  /** Also those that the product had found by itself a moment before: then they are not new. */
  private Map<Cause, String> known() {
    Map<Cause, String> known = new EnumMap<>(Cause.class);
    for (JsonNode rule : ops.get(RULES + "?service=" + SERVICE).json().path("data")) {
      planted(rule).ifPresent(cause -> known.put(cause, rule.path("id").asText()));
    }
    return known;
  }

  private static Cause cause(JsonNode rule) {
    return planted(rule).orElseThrow(() -> new AssertionError("nobody planted " + rule));
  }

  private static Optional<Cause> planted(JsonNode rule) {
    Set<String> features = new TreeSet<>();
    rule.path("features").forEach(feature -> features.add(feature.asText()));
    features.remove(OURS);
    String name = String.join(" ", features);
    return EnumSet.allOf(Cause.class).stream()
        .filter(cause -> cause.names.contains(name))
        .findFirst();
  }

  /** By jobs that fail in their shadow, then in their trial. */
  private void raised(Map<Cause, String> rules) {
    await("every rule is enforced")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              double before = failures();
              List<String> taken = new ArrayList<>();
              rules.forEach(
                  (cause, id) -> {
                    switch (stage(id)) {
                      case "candidate", "shadow" -> taken.addAll(taken(cause, 12));
                      case "canary" -> taken.addAll(taken(cause, 26));
                      default -> {}
                    }
                  });
              learnt(taken, taken.size(), before);
              return rules.values().stream().allMatch(id -> stage(id).equals("enforced"));
            });
  }

  private void intercepted() {
    await("rules act at the door")
        .atMost(PATIENCE)
        .until(() -> EnumSet.allOf(Cause.class).stream().allMatch(this::refused));
    int asked = 0;
    List<String> failing = new ArrayList<>();
    for (Cause cause : Cause.values()) {
      asked += 30;
      failing.addAll(taken(cause, 30));
    }
    List<String> good = ordinary(20);
    assertThat(good).as("no good prompt is stopped").hasSize(20);
    assertThat(1 - (double) failing.size() / asked)
        .as("share of failures that no GPU was spent on")
        .isGreaterThanOrEqualTo(INTERCEPTED);
    ended(failing);
    ended(good);
    ops.get(RULES + "?service=" + SERVICE)
        .json()
        .path("data")
        .forEach(PlantedTruthTest::assertPlanted);
  }

  /**
   * What luck had mining find since, of many looks, may be watched: nothing else comes out of the
   * shadow.
   */
  private static void assertPlanted(JsonNode rule) {
    boolean acts = Set.of("canary", "enforced").contains(rule.path("stage").asText());
    if (acts && rule.path("origin").asText().equals("mined")) {
      cause(rule);
    }
  }

  /** What kubectl shows of it. */
  private void told() {
    await("the policy's status tells of the rules")
        .atMost(PATIENCE)
        .until(
            () -> policy("{.status.enforced} {.status.interception.rate}"),
            told -> told.matches(Cause.values().length + " [1-9][0-9.]*%"));
    await("and of what was rejected")
        .atMost(PATIENCE)
        .until(
            () -> policy("{.status.verdicts.reject}"), told -> told.matches("8[1-9]|9.|\\d{3,}"));
    JsonNode share =
        await("what was stopped is counted")
            .atMost(PATIENCE)
            .until(this::interception, counted -> counted.path("stopped").asInt() > 80);
    assertThat(share.at("/false_positives/low").asDouble()).as(share.toString()).isZero();
  }

  private JsonNode interception() {
    return ops.get("/ops/v1/interception?service=" + SERVICE).json().at("/data/0/interception");
  }

  private String policy(String path) {
    return product.kubectl("get", "pp", "screening", "-n", "studio", "-o", "jsonpath=" + path);
  }

  private boolean refused(Cause cause) {
    return api.post("/v1/prompts/screen", request(cause))
        .json()
        .path("verdict")
        .asText()
        .equals("reject");
  }

  private void forgotten(Map<Cause, String> rules) {
    await("every rule retires")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              List<String> taken = new ArrayList<>();
              rules.forEach(
                  (cause, id) -> {
                    if (!stage(id).equals("retired")) {
                      taken.addAll(taken(cause, 60));
                    }
                  });
              ended(taken);
              return rules.values().stream().allMatch(id -> stage(id).equals("retired"));
            });
    for (Cause cause : Cause.values()) {
      await("its prompts are taken again").atMost(PATIENCE).until(() -> !refused(cause));
    }
  }

  private String stage(String rule) {
    return ops.get(RULES + "/" + rule).json().path("stage").asText();
  }

  /** With half of each pair, few emoji, and as many frames as large clips have. */
  private List<String> ordinary(int jobs) {
    return submitted(IntStream.range(0, jobs).mapToObj(i -> ordinaryRequest(i % 7)).toList());
  }

  private Map<String, Object> ordinaryRequest(int kind) {
    return switch (kind) {
      case 0 -> job("with a lantern", 96, 64, 9);
      case 1 -> job("by the river", 96, 64, 9);
      case 2 -> job("🎈🎈", 96, 64, 9);
      case 3 -> job("", 64, 48, 17);
      default -> job("", 96, 64, 9);
    };
  }

  private Map<String, Object> request(Cause cause) {
    return switch (cause) {
      case WORD -> job("near a lighthouse", 96, 64, 9);
      case EMOJI -> job("🎈🎈🎈", 96, 64, 9);
      case SIZE -> job("", 96, 64, 17);
      case PAIR -> job("with a lantern by the river", 96, 64, 9);
    };
  }

  private Map<String, Object> job(String what, int width, int height, int frames) {
    int i = number++;
    String prompt =
        "a %s %s moving %s %s"
            .formatted(
                COLOURS.get(i % COLOURS.size()),
                SHAPES.get(i % SHAPES.size()),
                PLACES.get(i / 5 % PLACES.size()),
                what)
            .strip();
    // What is asked for again is no evidence; a word that one prompt has is no feature of several.
    String take = " take" + i + (unlucky(i) ? UNLUCKY : "");
    Map<String, Object> request = Jobs.request(prompt + take, 2, 40_000 + i);
    request.put("size", width + "x" + height);
    request.put("num_frames", frames);
    return request;
  }

  private boolean unlucky(int i) {
    return new SplittableRandom(i).nextDouble() < UNLUCKY_SHARE;
  }

  /** Those of so many prompts that were not stopped. */
  private List<String> taken(Cause cause, int prompts) {
    return submitted(IntStream.range(0, prompts).mapToObj(i -> request(cause)).toList());
  }

  private List<String> submitted(List<Map<String, Object>> requests) {
    List<String> ids = new ArrayList<>();
    for (Map<String, Object> request : requests) {
      Api.Answer answer = api.post("/v1/videos", request);
      if (answer.status() == 200) {
        ids.add(answer.json().path("id").asText());
      } else {
        assertThat(answer.json().at("/error/code").asText())
            .as(answer.body())
            .isEqualTo("prompt_rejected");
      }
    }
    return ids;
  }

  private void ended(List<String> ids) {
    await(ids.size() + " jobs end")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(
            () ->
                ids.stream()
                    .noneMatch(id -> Set.of("queued", "in_progress").contains(api.status(id))));
  }

  /** So many of them failed by what they asked for, and that is known. */
  private void learnt(List<String> jobs, int failing, double before) {
    ended(jobs);
    await(failing + " failures are learnt from")
        .atMost(PATIENCE)
        .until(() -> failures() >= before + failing);
  }

  private double failures() {
    return Metrics.of(product).sum("kintsugi_prompt_failures");
  }
}
