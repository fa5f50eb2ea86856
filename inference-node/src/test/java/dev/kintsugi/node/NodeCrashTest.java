package dev.kintsugi.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCrashTest {
  @TempDir Path directory;

  @Test
  void aCrashEndsTheProcessInTheMiddleOfAnAttemptAndANewOneIsGood() throws Exception {
    try (NodeProcess node = new NodeProcess(directory, "--faults")) {
      NodeClient client = node.readyClient();
      client.post(
          "/node/faults", NodeClient.JSON.createObjectNode().put("kind", "crash").put("step", 3));
      client.start(NodeClient.request("a", "a red ball", 4));
      assertThat(node.endsWithin(Duration.ofSeconds(30))).isTrue();
      // SIGABRT, as the assertion of a native library: no hook ran, no attempt was handed back.
      assertThat(node.exitCode()).isEqualTo(134);
      assertThat(node.console()).doesNotContain("drained");
    }
    try (RealNode next = new RealNode(directory.resolve("work"), Map.of())) {
      NodeClient client = next.readyClient();
      client.start(NodeClient.request("a", "a red ball", 4));
      assertThat(client.follow("a", 0, e -> false).getLast().name()).isEqualTo("completed");
      assertThat(client.get("/node/faults").statusCode()).isEqualTo(403);
    }
  }
}
