package dev.kintsugi.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import org.junit.jupiter.api.Test;

class NvidiaSmiTest {

  @Test
  void aLineBecomesReadings() {
    assertThat(NvidiaSmi.parse("GPU-1234, 1024, 143771, 87, 61, 512.30\n"))
        .contains(
            new DeviceReadings("cuda", "GPU-1234", 1L << 30, 143_771L << 20, 0.87, 61.0, 512.3));
  }

  @Test
  void whatAGpuDoesNotReportIsLeftOut() {
    assertThat(NvidiaSmi.parse("GPU-1234, 1024, 2048, [N/A], 61, [N/A]"))
        .contains(new DeviceReadings("cuda", "GPU-1234", 1L << 30, 1L << 31, 0, 61.0, null));
  }

  @Test
  void anErrorOfTheToolIsNoReading() {
    assertThat(NvidiaSmi.parse("No devices were found")).isEmpty();
    assertThat(NvidiaSmi.parse("NVIDIA-SMI has failed, reset, the, gpu, or, driver")).isEmpty();
  }
}
