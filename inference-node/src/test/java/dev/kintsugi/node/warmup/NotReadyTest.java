package dev.kintsugi.node.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.protocol.node.FailureClass;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotReadyTest {
  private static final String REASON = "model/vae.pt is truncated: 5 bytes instead of 9";

  @TempDir Path work;

  @Test
  void aNodeWithoutAModelLivesSaysWhyAndRecovers() {
    ModelUnusableException broken =
        new ModelUnusableException(FailureClass.WEIGHTS_CORRUPT, REASON);
    try (FakeNode node = new FakeNode(work, Map.of("kintsugi.node.load-retry", "200ms"), broken)) {
      NodeClient client = node.client();
      await().until(() -> client.get("/readyz").body().contains(REASON));
      assertThat(client.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
      JsonNode status = client.json("/node/status");
      assertThat(status.get("warm").asBoolean()).isFalse();
      assertThat(status.get("free_slots").asInt()).isZero();
      assertThat(status.get("not_ready_reason").asText()).isEqualTo(REASON);
      assertThat(status.at("/events/0/kind").asText()).isEqualTo("MODEL_UNUSABLE");
      assertThat(status.at("/events/0/details/failure").asText()).isEqualTo("WEIGHTS_CORRUPT");
      HttpResponse<String> refused =
          client.post("/v1/videos", NodeClient.request("a", "a red ball", 2));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(NodeClient.json(refused).at("/error/code").asText()).isEqualTo("unavailable");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();

      node.repair();
      await().until(() -> client.get("/readyz").statusCode() == 200);
    }
  }

  @Test
  void theSameErrorAfterARecoveryIsToldAgain() {
    ModelUnusableException broken =
        new ModelUnusableException(FailureClass.WEIGHTS_CORRUPT, REASON);
    try (FakeNode node = new FakeNode(work, Map.of("kintsugi.node.load-retry", "200ms"), broken)) {
      await().until(() -> told(node) == 1);
      node.repair();
      await().until(() -> node.client().get("/readyz").statusCode() == 200);

      node.spoil(broken);
      node.bean(ModelHost.class).reload("a test asks for it");
      await().until(() -> told(node) == 2);
    }
  }

  private static long told(FakeNode node) {
    return node.client().json("/node/status").findValuesAsText("message").stream()
        .filter(REASON::equals)
        .count();
  }

  @Test
  void aWorkDirectoryInUseKeepsTheNodeFromBecomingReady() {
    try (FakeNode first = new FakeNode(work)) {
      await().until(() -> first.client().get("/readyz").statusCode() == 200);
      try (FakeNode second = new FakeNode(work)) {
        await().until(() -> second.client().get("/readyz").body().contains("in use by another"));
        assertThat(second.client().get("/readyz").statusCode()).isEqualTo(503);
      }
    }
  }
}
