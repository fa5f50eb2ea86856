package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** 200 jobs of three tenants while two nodes break at random: 200 answers, each honest. */
@Order(8)
class StormTest {
  private static final int JOBS = 200;
  private static final long SEED = 20261121;

  @Test
  void everyJobIsAnsweredHonestlyAndTheServiceMendsItself() throws InterruptedException {
    LocalProduct product = SharedCluster.product();
    FaultPort faults = FaultPort.open(product, 2);
    List<Api> tenants =
        List.of(tenant(product, "acme"), tenant(product, "globex"), tenant(product, "initech"));
    Map<String, Api> jobs = new LinkedHashMap<>();
    try (Storm storm = new Storm(product, faults, SEED)) {
      for (int i = 0; i < JOBS; i++) {
        Api tenant = tenants.get(i % tenants.size());
        jobs.put(tenant.submit(Jobs.small(10_000 + i)), tenant);
      }
      awaitAnswers(jobs);
      assertThat(storm.blows()).isGreaterThan(10);
    }

    assertThat(jobs).as("no two submissions are one job").hasSize(JOBS);
    jobs.forEach((id, tenant) -> assertHonest(tenant.video(id), tenant));
    assertThat(tenants.stream().mapToInt(tenant -> listed(tenant, jobs.keySet())).sum())
        .as("no job is doubled")
        .isEqualTo(JOBS);
    tenants.forEach(tenant -> Jobs.awaitFullQuality(tenant, () -> 20_000));
  }

  private static void awaitAnswers(Map<String, Api> jobs) {
    Set<String> open = new HashSet<>(jobs.keySet());
    await("all jobs are answered")
        .atMost(Duration.ofMinutes(8))
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .until(
            () -> {
              open.removeIf(
                  id -> !Set.of("queued", "in_progress").contains(jobs.get(id).status(id)));
              return open.isEmpty();
            });
  }

  /** What is said of the clip is what the clip is. */
  private static void assertHonest(JsonNode video, Api tenant) {
    assertThat(video.path("status").asText()).as(video.toString()).isEqualTo("completed");
    JsonNode delivered = video.path("delivered");
    Clip clip = Clip.decode(tenant.content(video.path("id").asText()));
    assertThat(clip.frames()).hasSize(delivered.path("num_frames").asInt());
    assertThat(clip.width() + "x" + clip.height()).isEqualTo(delivered.path("size").asText());
    boolean less =
        !delivered.path("size").asText().equals("96x64")
            || delivered.path("num_frames").asInt() != 9
            || delivered.path("num_inference_steps").asInt() != 4
            || !delivered.path("model").asText().equals("wan-tiny");
    if (less) {
      assertThat(delivered.path("degraded").asBoolean()).as(video.toString()).isTrue();
    }
    if (delivered.path("degraded").asBoolean()) {
      assertThat(delivered.path("ladder_step").asText()).as(video.toString()).isNotEmpty();
      assertThat(delivered.path("reason").asText()).as(video.toString()).isNotEmpty();
    }
  }

  private static int listed(Api tenant, Set<String> jobs) {
    List<String> found = new ArrayList<>();
    String after = "";
    while (true) {
      JsonNode page = tenant.get("/v1/videos?limit=100" + after).json();
      page.path("data").forEach(video -> found.add(video.path("id").asText()));
      if (!page.path("has_more").asBoolean()) {
        return (int) found.stream().filter(jobs::contains).count();
      }
      after = "&after=" + page.path("last_id").asText();
    }
  }

  private static Api tenant(LocalProduct product, String name) {
    String key =
        product
            .kubectl(
                "exec",
                "-n",
                "kintsugi-system",
                "kintsugi-control-plane-0",
                "--",
                "java",
                "-cp",
                "@/app/jib-classpath-file",
                "dev.kintsugi.controlplane.Application",
                "keys",
                "create",
                "--tenant",
                name,
                "--plan",
                "standard")
            .lines()
            .filter(line -> line.startsWith("sk-kintsugi-"))
            .findFirst()
            .orElseThrow();
    return new Api(product.url(), key);
  }
}
