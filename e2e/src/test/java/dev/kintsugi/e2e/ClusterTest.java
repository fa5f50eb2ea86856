package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoListPage;
import com.openai.models.videos.VideoListParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The walking whole on a real cluster of two nodes, started by make up. */
@Order(2)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTest {
  private static final Duration MINUTES = Duration.ofMinutes(8);

  private static LocalProduct product;

  @TempDir Path dir;

  @BeforeAll
  static void up() {
    product = SharedCluster.product();
  }

  @Test
  @Order(1)
  void demoServiceIsReadyAndReadsWell() {
    await("the demo service is Ready")
        .atMost(MINUTES)
        .untilAsserted(
            () ->
                assertThat(
                        product.kubectl(
                            "get",
                            "dsvc",
                            "-n",
                            "studio",
                            "-o",
                            "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"))
                    .isEqualTo("True"));
    await("both pods are")
        .atMost(MINUTES)
        .untilAsserted(
            () ->
                assertThat(product.kubectl("get", "dsvc", "-n", "studio"))
                    .contains("MODEL", "VERSION", "PHASE", "READY", "wan-tiny", "2/2"));
  }

  @Test
  @Order(2)
  void anOpenAiClientGetsTheVideoItAskedFor() throws IOException {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(product.url() + "/v1")
            .apiKey(product.apiKey())
            .build();
    List<Video> videos = new ArrayList<>();
    for (String color : List.of("red", "blue", "green")) {
      videos.add(
          client
              .videos()
              .create(
                  VideoCreateParams.builder()
                      .model("wan-tiny")
                      .prompt("a " + color + " ball bouncing on the beach")
                      .putAdditionalBodyProperty("size", com.openai.core.JsonValue.from("160x96"))
                      .putAdditionalBodyProperty("num_frames", com.openai.core.JsonValue.from(17))
                      .putAdditionalBodyProperty("seed", com.openai.core.JsonValue.from(7))
                      .build()));
    }
    List<Clip> clips = new ArrayList<>();
    for (Video video : videos) {
      clips.add(Clip.decode(download(client, awaitCompleted(client, video.id()).id())));
    }

    for (Clip clip : clips) {
      assertThat(clip.codec()).isEqualTo("h264");
      assertThat(clip.frames()).hasSize(17);
      assertThat(clip.width()).isEqualTo(160);
      assertThat(clip.height()).isEqualTo(96);
      assertThat(clip.fps()).isEqualTo(8.0);
    }
    assertHueFollowsPrompt(clips, 0, 0.0);
    assertHueFollowsPrompt(clips, 1, 2.0 / 3);
    assertHueFollowsPrompt(clips, 2, 1.0 / 3);

    VideoListPage page = client.videos().list(VideoListParams.builder().limit(2).build());
    assertThat(page.data()).hasSize(2);
    assertThat(page.hasNextPage()).isTrue();
    assertThat(page.nextPage().data()).isNotEmpty();

    client.videos().delete(videos.getFirst().id());
    assertThat(product.api().get("/v1/videos/" + videos.getFirst().id()).status()).isEqualTo(404);
  }

  @Test
  @Order(3)
  void aDeletedPodCostsNoJob() {
    Api api = product.api();
    String id = api.submit(Jobs.slow(1));
    Jobs.awaitDenoising(api, id);
    product.kubectl("delete", "pod", "-n", "studio", podRunning(id), "--grace-period=1");
    Jobs.awaitCompleted(api, List.of(id));
  }

  @Test
  @Order(4)
  void aKilledEngineProcessCostsAnAttempt() {
    Api api = product.api();
    String id = api.submit(Jobs.slow(2));
    Jobs.awaitDenoising(api, id);
    String pod = podRunning(id);
    product.cluster("kill-container", "studio", pod);
    Jobs.awaitCompleted(api, List.of(id));
    awaitRestarted(pod);
  }

  @Test
  @Order(5)
  void wrongResourcesAreRefusedByNameOfTheField() throws IOException {
    Path manifest = dir.resolve("wrong.yaml");
    String good = Files.readString(Checkout.root().resolve("deploy/examples/studio.yaml"));
    Files.writeString(
        manifest, good.replaceFirst("( *)minReplicas: \\d+", "$1minReplicas: 3\n$1maxReplicas: 1"));
    Shell.Outcome outcome = product.tryKubectl("apply", "-f", manifest.toString());
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.output()).contains("minReplicas").contains("maxReplicas");
  }

  @Test
  @Order(6)
  void anOperatorRestartRestartsNoPod() {
    FaultPort.awaitFree(product, 2);
    await("the pod that was deleted is gone")
        .atMost(MINUTES)
        .until(() -> product.nodePods().lines().count() == 2);
    String before = product.nodePods();
    product.kubectl("rollout", "restart", "-n", "kintsugi-system", "deployment/kintsugi-operator");
    product.kubectl(
        "rollout",
        "status",
        "-n",
        "kintsugi-system",
        "deployment/kintsugi-operator",
        "--timeout=240s");
    Api api = product.api();
    Jobs.awaitCompleted(api, List.of(api.submit(Jobs.small(200))));
    assertThat(product.nodePods()).isEqualTo(before);
  }

  @Test
  @Order(7)
  void aLostNodeCostsNoJob() {
    Api api = product.api();
    FaultPort.awaitFree(product, 2);
    List<String> ids = Jobs.submit(api, List.of(Jobs.slow(3), Jobs.slow(4)));
    Jobs.awaitRunning(api, ids, 2);
    product.cluster("kill-node", "2");
    try {
      Jobs.awaitCompleted(api, ids);
    } finally {
      product.cluster("restore-node", "2");
    }
  }

  /**
   * Only then is what the API server says of its restarts what the tests after this one compare.
   */
  private static void awaitRestarted(String pod) {
    await("the kubelet says that " + pod + " was started again")
        .atMost(MINUTES)
        .until(
            () ->
                product
                    .nodePods()
                    .lines()
                    .anyMatch(l -> l.startsWith(pod + " ") && !l.endsWith(" 0")));
  }

  private static String podRunning(String videoId) {
    AtomicReference<String> pod = new AtomicReference<>();
    await("a pod says that it runs " + videoId)
        .atMost(MINUTES)
        .pollInterval(Duration.ofMillis(50))
        // A pod that has just ended is listed for a moment and no longer answers.
        .ignoreExceptions()
        .until(
            () -> {
              FaultPort.pods(product).stream()
                  .filter(FaultPort.Pod::works)
                  .findFirst()
                  .ifPresent(found -> pod.set(found.name()));
              return pod.get() != null;
            });
    return pod.get();
  }

  private static void assertHueFollowsPrompt(List<Clip> clips, int index, double hue) {
    long asked = clips.get(index).vividPixels(hue);
    for (int other = 0; other < clips.size(); other++) {
      if (other != index) {
        assertThat(asked).isGreaterThan(3 * clips.get(other).vividPixels(hue));
      }
    }
  }

  private static Video awaitCompleted(OpenAIClient client, String id) {
    AtomicReference<Video> last = new AtomicReference<>();
    await(id + " completes")
        .atMost(MINUTES)
        .until(
            () -> {
              last.set(client.videos().retrieve(id));
              return last.get().status().equals(Video.Status.COMPLETED);
            });
    return last.get();
  }

  private static byte[] download(OpenAIClient client, String id) throws IOException {
    try (HttpResponse response = client.videos().downloadContent(id)) {
      return response.body().readAllBytes();
    }
  }
}
