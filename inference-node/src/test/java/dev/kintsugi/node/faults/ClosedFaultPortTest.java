package dev.kintsugi.node.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedFaultPortTest {
  @TempDir Path work;

  @Test
  void aNodeWhosePodDoesNotAllowItCannotBeBroken() {
    try (FakeNode node = new FakeNode(work)) {
      NodeClient client = node.client();
      await().until(() -> client.get("/readyz").statusCode() == 200);
      List<HttpResponse<String>> answers =
          List.of(
              client.get("/node/faults"),
              client.get("/node/faults/a"),
              client.post("/node/faults", NodeClient.JSON.createObjectNode().put("kind", "oom")),
              client.delete("/node/faults"),
              client.delete("/node/faults/a"));
      assertThat(answers)
          .allSatisfy(
              answer -> {
                assertThat(answer.statusCode()).isEqualTo(403);
                assertThat(NodeClient.json(answer).at("/error/code").asText())
                    .isEqualTo("forbidden");
                assertThat(NodeClient.json(answer).at("/error/message").asText())
                    .contains("runtime.faultInjection", "KINTSUGI_NODE_FAULTS=true");
              });
      assertThat(client.json("/node/status").get("faults")).isEmpty();
    }
  }
}
