package dev.kintsugi.node.watch;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.nvml.FakeNvmlLibrary;
import dev.kintsugi.node.nvml.GpuReadings;
import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.node.telemetry.GpuLibrary;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node on a GPU whose library is a fake: no GPU takes part. */
class DeviceWatchTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path work;
  private final FakeNvmlLibrary library = new FakeNvmlLibrary();
  private FakeNode node;

  @BeforeEach
  void start() {
    GpuLibrary fake = () -> Optional.of(library.symbols());
    node = new FakeNode(work, Map.of("kintsugi.node.device", "cuda:0"), List.of(fake));
    node.model.stepwise();
    await().until(() -> node.client().get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() throws InterruptedException {
    node.close();
    assertThat(library.shutDown.await(5, TimeUnit.SECONDS)).isTrue();
    library.close();
  }

  @Test
  void theStatusAndTheMetricsShowTheGpu() {
    await().until(() -> device().get("kind").asText().equals("cuda"));
    JsonNode device = device();
    assertThat(device.get("id").asText()).isEqualTo("GPU-fake");
    assertThat(device.get("memory_total_bytes").asLong()).isEqualTo(80L << 30);
    assertThat(device.get("temperature_celsius").asDouble()).isEqualTo(61);
    assertThat(device.get("pcie_bytes_per_second").asLong()).isEqualTo(4_096_000);
    assertThat(device.get("ecc_errors").asLong()).isEqualTo(2);
    assertThat(node.client().get("/metrics").body())
        .contains("kintsugi_node_power_watts{device=\"GPU-fake\"} 512.3")
        .contains("kintsugi_node_utilization_ratio{device=\"GPU-fake\"} 0.87");
  }

  @Test
  void aFaultEndsTheAttemptOnTheGpu() {
    node.client().start(request("a", "a red ball", 20));
    node.model.permit(3);
    node.client().follow("a", 0, e -> e.data().get("step").asInt() == 3);
    library.raise(48);
    JsonNode error = node.client().follow("a", 0, e -> false).getLast().data().get("error");
    assertThat(error.get("code").asText()).isEqualTo("GPU_FAULT");
    assertThat(error.get("context").get("xid").asInt()).isEqualTo(48);
    await().until(() -> events(Kind.XID).size() == 1);
    assertThat(events(Kind.XID).getFirst().details())
        .containsEntry("xid", "48")
        .containsEntry("impact", "GPU_SICK")
        .containsEntry("source", "nvml")
        .containsEntry("step", "3")
        .containsEntry("prompt", "a red ball");
  }

  @Test
  void aNoteOfTheDriverLeavesTheAttemptAlone() {
    node.client().start(request("a", "a red ball", 4));
    node.bean(GpuFaults.class).report(63, "test");
    node.model.run();
    assertThat(node.client().follow("a", 0, e -> false).getLast().name()).isEqualTo("completed");
    assertThat(events(Kind.XID)).singleElement().extracting(NodeEvent::attempt).isEqualTo("a");
  }

  @Test
  void aGpuThatIsLostIsXid79() {
    library.lose();
    await().until(() -> !events(Kind.XID).isEmpty());
    assertThat(events(Kind.XID).getFirst().details()).containsEntry("xid", "79");
  }

  @Test
  void highMemoryIsToldOfOnceUntilItIsOver() {
    DeviceWatch watch = watch();
    for (double share : new double[] {0.5, 0.91, 0.95, 0.89, 0.92, 0.8, 0.93}) {
      watch.look(readings(share, 60), Optional.empty(), START);
    }
    assertThat(events(Kind.MEMORY_HIGH)).hasSize(2);
    assertThat(events(Kind.MEMORY_HIGH).getFirst().message())
        .isEqualTo("91 % of the memory of gpu is in use, more than 90 %");
  }

  @Test
  void aSwingIsToldOfOnceAndTheStartOfAJobIsNone() {
    DeviceWatch watch = watch();
    look(watch, 0, 30, 40);
    node.client().start(request("a", "a red ball", 20));
    // Under load it is hotter: no swing. Then it falls and rises by 40 degrees.
    look(watch, 30, 80, 80);
    assertThat(events(Kind.TEMPERATURE_SWING)).isEmpty();
    look(watch, 80, 83, 40);
    look(watch, 83, 86, 80);
    assertThat(events(Kind.TEMPERATURE_SWING))
        .singleElement()
        .extracting(NodeEvent::message)
        .isEqualTo("the temperature swung from 40 to 81 °C within 60 s under the same load");
  }

  @Test
  void aNarrowLinkIsToldOfOnceUnderLoad() {
    DeviceWatch watch = watch();
    GpuReadings narrow =
        new GpuReadings(
            "gpu", 1, 2, 0.9, 60.0, 300.0, new GpuReadings.Pcie(1L, 1L, 5, 4, 5, 16), null);
    for (int i = 0; i < 5; i++) {
      watch.look(readings(0.5, 60), Optional.of(narrow), START);
    }
    assertThat(events(Kind.PCIE_SLOW)).isEmpty();
    node.client().start(request("a", "a red ball", 20));
    for (int i = 0; i < 5; i++) {
      watch.look(readings(0.5, 60), Optional.of(narrow), START);
    }
    assertThat(events(Kind.PCIE_SLOW))
        .singleElement()
        .extracting(NodeEvent::message)
        .isEqualTo("PCIe runs on 4 lanes of 16 under load");
  }

  @Test
  void aLeakIsToldOfWithTheJobsThatAreLeftAndAgainWhenHalfIsGone() {
    node.model.run();
    node.client().start(request("a", "a red ball", 2));
    node.client().follow("a", 0, e -> false);
    Attempt attempt = node.bean(AttemptService.class).find("a").orElseThrow();
    JobMemoryWatch watch =
        new JobMemoryWatch(
            node.bean(DeviceMonitor.class),
            node.bean(dev.kintsugi.node.telemetry.NodeMetrics.class),
            node.bean(NodeEvents.class),
            node.bean(Circumstances.class),
            node.bean(TrendSettings.class));
    for (int job = 0; job < 60; job++) {
      watch.ended(attempt, 4e9 + 1e8 * job, 16e9);
    }
    List<NodeEvent> told = events(Kind.MEMORY_LEAK);
    assertThat(told).hasSize(1);
    assertThat(Double.parseDouble(told.getFirst().details().get("jobs_left")))
        .isBetween(100.0, 105.0);
    for (int job = 60; job < 75; job++) {
      watch.ended(attempt, 4e9 + 1e8 * job, 16e9);
    }
    assertThat(events(Kind.MEMORY_LEAK)).hasSize(2);
    assertThat(node.client().get("/metrics").body())
        .contains("kintsugi_node_memory_growth_bytes_per_job 1.0");
  }

  /** One of its own: the node's looks at the real readings meanwhile. */
  private DeviceWatch watch() {
    return new DeviceWatch(
        node.bean(DeviceMonitor.class),
        node.bean(AttemptService.class),
        node.bean(NodeEvents.class),
        node.bean(Circumstances.class),
        node.bean(DeviceWatchSettings.class),
        node.bean(Clock.class));
  }

  private static void look(DeviceWatch watch, int from, int to, double celsius) {
    for (int i = from; i < to; i++) {
      watch.look(readings(0.5, celsius + i % 2), Optional.empty(), START.plusSeconds(5L * i));
    }
  }

  private static DeviceReadings readings(double share, double celsius) {
    return new DeviceReadings("cuda", "gpu", (long) (share * 1000), 1000, 0.9, celsius, 300.0);
  }

  private JsonNode device() {
    return node.client().json("/node/status").get("device");
  }

  private List<NodeEvent> events(Kind kind) {
    return node.bean(NodeEvents.class).recent().stream().filter(e -> e.kind() == kind).toList();
  }
}
