package dev.kintsugi.node.attempts;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disk pressure on a file system of 4 MiB. Mounting needs root; where it is refused the tests are
 * reported as skipped with the reason, they do not pass.
 */
class DiskPressureTest {
  private static final int SIZE = 4 << 20;
  private static final int LEAST = 2 << 20;

  @TempDir private Path parent;
  private Path disk;
  private boolean mounted;
  private FakeNode node;

  @BeforeEach
  void start() throws Exception {
    disk = Files.createDirectory(parent.resolve("disk"));
    String refused = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", disk.toString());
    Assumptions.assumeTrue(refused.isEmpty(), "cannot mount a small file system: " + refused);
    mounted = true;
    node = new FakeNode(disk, Map.of("kintsugi.node.min-free-bytes", LEAST));
    await().until(() -> node.client().get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() throws Exception {
    if (mounted) {
      node.close();
      // An attempt that was being written may hold its file a moment longer than its node lives.
      assertThat(run("umount", "--lazy", disk.toString())).isEmpty();
    }
  }

  @Test
  void theOldestGoFirstAndNoMoreThanNeeded() throws Exception {
    Path checkpoint = disk.resolve("checkpoints/old.safetensors");
    fill(checkpoint, 300 << 10);
    Files.setLastModifiedTime(
        checkpoint, FileTime.from(Instant.now().minus(Duration.ofMinutes(5))));
    for (String id : List.of("a", "b", "c")) {
      finish(id);
      fill(disk.resolve("attempts/" + id + "/filler"), 600 << 10);
    }
    // By now a little less than the least is free, and the checkpoint is enough to change that.
    fill(disk.resolve("foreign"), 100 << 10);

    node.bean(Janitor.class).prune();

    assertThat(checkpoint).doesNotExist();
    assertThat(disk.resolve("foreign")).exists();
    for (String id : List.of("a", "b", "c")) {
      assertThat(node.client().get("/v1/videos/" + id).statusCode()).isEqualTo(200);
    }
    assertThat(Files.getFileStore(disk).getUsableSpace()).isGreaterThanOrEqualTo(LEAST);
    NodeEvent event = events().getLast();
    assertThat(event.details()).containsEntry("least_free_bytes", Integer.toString(LEAST));
    assertThat(node.client().get("/metrics").body())
        .contains("kintsugi_node_pruned_total{reason=\"disk_pressure\"}")
        .contains("kintsugi_node_disk_free_bytes");
    node.bean(Janitor.class).prune();
    assertThat(events()).hasSize(1);
  }

  @Test
  void whatIsBeingWrittenStaysHoweverShortSpaceIs() throws Exception {
    finish("done");
    node.model.stepwise();
    node.client().start(request("running", "a red ball", 4));
    node.client().follow("running", 0, e -> e.name().equals("denoising"));
    Path frames = disk.resolve("attempts/running/frames.rgb");
    await().until(() -> Files.exists(frames));
    fill(disk.resolve("foreign"), 3 << 20);

    node.bean(Janitor.class).prune();

    assertThat(frames).exists();
    assertThat(node.client().get("/v1/videos/done").statusCode()).isEqualTo(404);
    assertThat(events())
        .singleElement()
        .extracting(NodeEvent::message)
        .isEqualTo("space runs short and nothing is left that may be removed");
    node.model.run();
    node.client().follow("running", 0, e -> false);
  }

  private void finish(String id) {
    node.client().start(request(id, "a red ball", 2));
    node.client().follow(id, 0, e -> false);
    await().until(() -> node.client().json("/node/status").get("free_slots").asInt() == 1);
    Attempt attempt = node.bean(AttemptService.class).find(id).orElseThrow();
    await().until(() -> !attempt.held());
  }

  private List<NodeEvent> events() {
    return node.bean(NodeEvents.class).recent().stream()
        .filter(e -> e.kind() == Kind.DISK_PRESSURE)
        .toList();
  }

  private static void fill(Path file, int bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[bytes]);
  }

  /** What the program complained of; empty when it did what it should. */
  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0 ? "" : said + "exit " + process.exitValue();
  }
}
