package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Versions brought in on the real cluster under real traffic: a good one to the end, bad ones back,
 * and customers get their videos all the while.
 */
@Order(11)
class RolloutTest {
  private static final AtomicInteger VERSION = new AtomicInteger(100);
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final Duration ROLLBACK_BOUND = Duration.ofMinutes(3);
  private static final int CUSTOMERS = 2;

  /** So many of the stable version's that a verdict needs no luck. */
  private static final int STABLE_JOBS = 8;

  private static LocalProduct product;
  private static FaultPort faults;
  @TempDir Path manifests;

  @BeforeAll
  static void twoPodsThatTakeFaults() {
    product = SharedCluster.product();
    faults = FaultPort.open(product, 2);
    product.change(
        """
        {"rollout": {"steps": [50, 100], "bake": "5s",
          "analysis": {"smallestRegression": 0.25, "smallestSlowdown": 1.0}}}\
        """);
  }

  @AfterAll
  static void replaceAtOnceAgain() {
    product.change("{\"rollout\": {\"steps\": [100], \"bake\": \"1s\"}}");
    faults.calm();
  }

  /**
   * The budget is spent by what no version can keep, and nobody's video is worse for it. While it
   * waits, the new version makes videos of the old one again: the same ones, as both are the same.
   */
  @Test
  void aSpentBudgetAndAFreezeHoldAGoodVersionUntilBothAreGone() throws Exception {
    String version = Integer.toString(VERSION.incrementAndGet());
    try (Traffic traffic = new Traffic(product.api(), CUSTOMERS)) {
      promise("too-much", "{\"type\": \"gpuMemory\", \"atMost\": \"0.001\"}");
      product.kubectl(
          "wait",
          "kslo/too-much",
          "-n",
          "studio",
          "--for=jsonpath={.status.state}=Exhausted",
          "--timeout=480s");
      await("the service says so too")
          .atMost(PATIENCE)
          .until(() -> revision("status.slo"), "Exhausted"::equals);
      product.change(
          """
          {"rollout": {"freeze": [{"schedule": "* * * * *", "duration": "1h", "reason": "always"}],
            "analysis": {"shadowVideos": 2}}}\
          """);
      String rollout = bringIn("{\"model\": {\"version\": \"%s\"}}".formatted(version));
      await("the rollout is held")
          .atMost(PATIENCE)
          .until(() -> of(rollout, "status.reason"), "Held"::equals);
      await("both are told")
          .atMost(PATIENCE)
          .until(
              () -> of(rollout, "status.message"),
              told ->
                  told.contains("the error budget is spent")
                      && told.contains("a freeze window is open"));
      traffic.awaitAnswers(5);
      assertThat(of(rollout, "status.phase")).isEqualTo("Progressing");
      await("the shadow is made")
          .atMost(PATIENCE)
          .until(() -> shadow(rollout).path("made").asInt() == 2);
      assertThat(shadow(rollout).path("least_psnr_db").asDouble()).isEqualTo(100);

      product.kubectl("delete", "kslo", "too-much", "-n", "studio");
      await("only the freeze is left")
          .atMost(PATIENCE)
          .until(
              () -> of(rollout, "status.message"),
              told -> !told.contains("budget") && told.contains("a freeze window is open"));
      product.change("{\"rollout\": {\"freeze\": null, \"analysis\": {\"shadowVideos\": null}}}");

      awaitPhase(rollout, "Promoted");
      traffic.close();
      assertUndisturbed(traffic);
    }
  }

  /** Nothing that a rollout needs is in a process alone. */
  @Test
  void aRolloutThatLosesWhatWatchesAndControlsItAtEachStepEndsAsItWould()
      throws InterruptedException {
    String version = Integer.toString(VERSION.incrementAndGet());
    try (Traffic traffic = Traffic.patient(product.api(), CUSTOMERS)) {
      String good = bringIn("{\"model\": {\"version\": \"%s\"}}".formatted(version));
      assertThat(interruptUntil(good, "Progressing")).contains("Pending 0");
      // Jobs enough would end this step as soon as the API server is back, and nobody saw it.
      traffic.rest();
      prometheus(0);
      product.cluster("stop-apiserver");
      try {
        traffic.goOn();
        traffic.awaitAnswers(5);
        traffic.rest();
      } finally {
        product.cluster("start-apiserver");
      }
      traffic.goOn();
      assertThat(interruptUntil(good, "Promoted"))
          .contains("Progressing 0", "Progressing 1", "Baking 1");

      String bad = bringInBroken(version + "-bad", "black-frames", traffic);
      traffic.goOn();
      awaitPhase(bad, "RollingBack|RolledBack");
      interruptUntil(bad, "RolledBack");

      traffic.close();
      assertAnswered(traffic);
      assertThat(stableRevision()).isEqualTo(of(good, "spec.to.revision"));
    } finally {
      prometheus(1);
    }
  }

  /**
   * Stops operator and control plane whenever the rollout has come to another phase or step. It has
   * none for a moment after it was made.
   *
   * @return where it was each time
   */
  private static Set<String> interruptUntil(String rollout, String end) {
    Set<String> seen = new LinkedHashSet<>();
    await(rollout + " is " + end)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(
            () -> {
              String phase = of(rollout, "status.phase");
              if (phase.isEmpty()) {
                return false;
              }
              if (!phase.equals(end) && seen.add(phase + " " + of(rollout, "status.step"))) {
                product.kubectl(
                    "delete",
                    "pod",
                    "-n",
                    "kintsugi-system",
                    "-l",
                    "app.kubernetes.io/component in (operator,control-plane)",
                    "--grace-period=1",
                    "--wait=false");
              }
              return phase.equals(end);
            });
    return seen;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"nan, MORE_BAD_JOBS", "black-frames, MORE_BAD_JOBS", "latency, SLOWER"})
  void aWorseVersionIsTakenBack(String fault, String reason) throws InterruptedException {
    String stable = stableRevision();
    String version = Integer.toString(VERSION.incrementAndGet());
    try (Traffic traffic = new Traffic(product.api(), CUSTOMERS)) {
      String rollout = bringInBroken(version, fault, traffic);
      Instant broken = Instant.now();
      traffic.goOn();

      awaitPhase(rollout, "RolledBack");

      traffic.close();
      assertAnswered(traffic);
      assertThat(stableRevision()).isEqualTo(stable);
      assertThat(of(rollout, "status.timeline")).contains(reason);
      Duration took = Duration.between(broken, Instant.parse(of(rollout, "status.evidence.cutAt")));
      System.out.printf("%s: from the first fault to no job for it: %s%n", fault, took);
      assertThat(took).isLessThan(ROLLBACK_BOUND);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"CanaryNeverReady", "CanaryCrashes", "WRONG_WEIGHTS"})
  void aVersionThatDoesNotStartIsTakenBack(String reason) throws InterruptedException {
    String stable = stableRevision();
    String rollout = bringIn(unable(reason));
    try (Traffic traffic = new Traffic(product.api(), CUSTOMERS)) {
      awaitPhase(rollout, "RolledBack");

      traffic.close();
      assertUndisturbed(traffic);
    } finally {
      product.kubectl("annotate", "mro", rollout, "-n", "studio", "kintsugi.dev/action=undo");
    }
    await("the spec is back").atMost(PATIENCE).until(() -> canary().isEmpty());
    assertThat(stableRevision()).isEqualTo(stable);
    assertThat(of(rollout, "status.timeline")).contains(reason).contains(inItsOwnWords(reason));
  }

  /**
   * Brings in a version and breaks it while customers rest: each of its jobs that went well before
   * would speak for it, and a dozen are enough.
   *
   * @return the name of its rollout
   */
  private static String bringInBroken(String version, String fault, Traffic traffic)
      throws InterruptedException {
    String rollout = bringIn("{\"model\": {\"version\": \"%s\"}}".formatted(version));
    traffic.awaitAnswers(STABLE_JOBS);
    traffic.rest();
    awaitPhase(rollout, "Progressing");
    faults.pods(of(rollout, "spec.to.revision")).forEach(pod -> faults.arm(pod, defect(fault)));
    return rollout;
  }

  /**
   * Three of ten jobs without numbers, nothing but black, or every step 0.4 s late. The seed is one
   * whose first jobs are bad enough for a verdict whatever share of the jobs the canary gets.
   */
  private static Map<String, Object> defect(String fault) {
    return switch (fault) {
      case "nan" ->
          Map.of(
              "kind",
              fault,
              "count",
              1000,
              "duration_seconds",
              600,
              "probability",
              0.3,
              "step",
              2,
              "seed",
              10);
      case "latency" ->
          Map.of("kind", fault, "count", 1000, "duration_seconds", 600, "delay_seconds", 0.4);
      default -> Map.of("kind", fault, "count", 1000, "duration_seconds", 600);
    };
  }

  /**
   * A process that ends as it begins, weights that are not there, or not those asked for. The
   * second says so itself, for which it must have started before its time is over, on a busy
   * machine too.
   */
  private static String unable(String reason) {
    return switch (reason) {
      case "CanaryCrashes" ->
          "{\"runtime\": {\"env\": [{\"name\": \"JAVA_TOOL_OPTIONS\", \"value\": \"-XX:+NoSuch\"}]}}";
      case "CanaryNeverReady" ->
          "{\"model\": {\"source\": \"/models/none\"}, \"warmup\": {\"timeout\": \"40s\"}}";
      default -> "{\"model\": {\"digest\": \"sha256:%s\"}}".formatted("0".repeat(64));
    };
  }

  /** What the node, its runtime or the verdict says of it. */
  private static String inItsOwnWords(String reason) {
    return switch (reason) {
      case "CanaryCrashes" -> "exit code 1";
      case "CanaryNeverReady" -> "/models/none";
      default -> "0".repeat(64);
    };
  }

  /** Changes the spec of the demo service, and returns the name of the rollout that begins. */
  private static String bringIn(String change) {
    String before = newest();
    product.change(change);
    return await("a rollout begins")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(RolloutTest::newest, newest -> !newest.equals(before));
  }

  /**
   * @param phases one, or several with | between them
   */
  private static void awaitPhase(String rollout, String phases) {
    await(rollout + " is " + phases)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .failFast(
            () -> {
              String now = of(rollout, "status.phase");
              return !now.matches(phases) && ended(now);
            })
        .until(() -> of(rollout, "status.phase").matches(phases));
  }

  private static boolean ended(String phase) {
    return phase.matches("Promoted|RolledBack|Aborted|Superseded");
  }

  private static void assertUndisturbed(Traffic traffic) {
    assertAnswered(traffic);
    assertThat(traffic.answers())
        .allSatisfy(
            video ->
                assertThat(video.path("delivered").path("degraded").asBoolean())
                    .as(video.toString())
                    .isFalse());
  }

  private static void assertAnswered(Traffic traffic) {
    assertThat(traffic.refused()).isEmpty();
    assertThat(traffic.answers()).isNotEmpty();
    assertThat(traffic.answers())
        .extracting((JsonNode video) -> video.path("status").asText())
        .containsOnly("completed");
  }

  private static JsonNode shadow(String rollout) {
    return product.ops().get("/ops/v1/rollouts/studio/" + rollout).json().path("shadow");
  }

  private void promise(String name, String indicator) throws IOException {
    Path manifest = manifests.resolve(name + ".json");
    Files.writeString(
        manifest,
        """
        {"apiVersion": "kintsugi.dev/v1alpha1", "kind": "ServiceLevelObjective",
         "metadata": {"name": "%s", "namespace": "studio"},
         "spec": {"service": "wan-tiny", "indicator": %s}}
        """
            .formatted(name, indicator));
    product.kubectl("apply", "-f", manifest.toString());
  }

  private static void prometheus(int replicas) {
    product.kubectl(
        "scale",
        "deployment/kintsugi-prometheus",
        "-n",
        "kintsugi-system",
        "--replicas=" + replicas);
  }

  private static String newest() {
    return product.apiServer().newest("ModelRollout");
  }

  /**
   * What the newest rollout left, once the service, whose status is written after it, says so too.
   */
  private static String stableRevision() {
    String rollout = newest();
    String end =
        await(rollout + " is over")
            .atMost(PATIENCE)
            .until(() -> of(rollout, "status.phase"), RolloutTest::ended);
    String left = of(rollout, end.equals("Promoted") ? "spec.to.revision" : "spec.from.revision");
    await("the service calls " + left + " stable")
        .atMost(PATIENCE)
        .until(() -> revision("status.stableRevision"), left::equals);
    return left;
  }

  private static String canary() {
    return revision("status.canary");
  }

  private static String revision(String path) {
    return product.apiServer().field("DiffusionService", "wan-tiny", path);
  }

  private static String of(String rollout, String path) {
    return product.apiServer().field("ModelRollout", rollout, path);
  }
}
