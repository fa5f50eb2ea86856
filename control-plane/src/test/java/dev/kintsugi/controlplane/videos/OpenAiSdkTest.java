package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoDeleteResponse;
import com.openai.models.videos.VideoListParams;
import com.openai.models.videos.VideoModel;
import com.openai.models.videos.VideoSize;
import dev.kintsugi.controlplane.testkit.FakeWorker;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official client, unchanged, against this server. */
class OpenAiSdkTest {

  private static TestServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
    client = OpenAIOkHttpClient.builder().baseUrl(server.url("/v1")).apiKey(TestServer.KEY).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void createsPollsListsPagesDownloadsAndDeletes() throws Exception {
    Video created =
        client
            .videos()
            .create(
                VideoCreateParams.builder()
                    .prompt("a red ball bouncing")
                    .model(VideoModel.of("wan-tiny"))
                    .size(VideoSize.of("128x64"))
                    .build());
    assertThat(created.status()).isEqualTo(Video.Status.QUEUED);

    server.worker().makeOne();
    Video done = client.videos().retrieve(created.id());
    assertThat(done.status()).isEqualTo(Video.Status.COMPLETED);
    assertThat(done.progress()).isEqualTo(100);
    assertThat(done.error()).isEmpty();
    assertThat(done.size()).isEqualTo(VideoSize.of("128x64"));
    assertThat(done.completedAt()).isPresent();
    assertThat(done.expiresAt()).isPresent();
    assertThat(done.prompt()).hasValue("a red ball bouncing");
    assertThat(done.remixedFromVideoId()).isEmpty();

    try (HttpResponse content = client.videos().downloadContent(created.id())) {
      byte[] bytes = content.body().readAllBytes();
      assertThat(bytes).hasSize(FakeWorker.VIDEO_BYTES);
      assertThat(new String(bytes, 4, 8, java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("ftypisom");
    }

    List<String> ids = new ArrayList<>(List.of(created.id()));
    for (int i = 0; i < 4; i++) {
      ids.add(client.videos().create(VideoCreateParams.builder().prompt("p" + i).build()).id());
    }
    List<String> listed = new ArrayList<>();
    client
        .videos()
        .list(VideoListParams.builder().limit(2).order(VideoListParams.Order.ASC).build())
        .autoPager()
        .forEach(video -> listed.add(video.id()));
    assertThat(listed).isEqualTo(ids);

    VideoDeleteResponse deleted = client.videos().delete(created.id());
    assertThat(deleted.deleted()).isTrue();
    assertThatThrownBy(() -> client.videos().retrieve(created.id()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void seesThatAVideoIsLessThanWhatWasAsked() {
    String id = client.videos().create(VideoCreateParams.builder().prompt("less").build()).id();
    server.worker().makeLess("fewer_steps");
    Video done = client.videos().retrieve(id);
    assertThat(done.status()).isEqualTo(Video.Status.COMPLETED);
    assertThat(String.valueOf(done._additionalProperties().get("delivered")))
        .contains("degraded=true")
        .contains("ladder_step=fewer_steps")
        .contains("reason=made with less");
    client.videos().delete(id);
  }

  @Test
  void understandsRefusals() {
    assertThatThrownBy(
            () ->
                client.videos().create(VideoCreateParams.builder().prompt("x".repeat(513)).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            refusal -> {
              assertThat(refusal.code()).hasValue("prompt_too_long");
              assertThat(refusal.param()).hasValue("prompt");
            });
  }
}
