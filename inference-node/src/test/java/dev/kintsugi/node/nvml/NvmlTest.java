package dev.kintsugi.node.nvml;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.node.nvml.GpuReadings.Pcie;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The binding against a fake library; no GPU takes part. */
class NvmlTest {
  private final FakeNvmlLibrary library = new FakeNvmlLibrary();

  @AfterEach
  void close() {
    library.close();
  }

  @Test
  void everyReadingArrivesInItsUnit() throws NvmlException {
    assertThat(device().read())
        .isEqualTo(
            new GpuReadings(
                "GPU-fake",
                30L << 30,
                80L << 30,
                0.87,
                61.0,
                512.3,
                new Pcie(1_024_000L, 3_072_000L, 5, 16, 5, 16),
                2L));
  }

  @Test
  void whatTheGpuOrAnOldDriverDoesNotKnowIsLeftOut() throws NvmlException {
    library.unsupported.add("nvmlDeviceGetUtilizationRates");
    library.unsupported.add("nvmlDeviceGetPowerUsage");
    library.absent.add("nvmlDeviceGetPcieThroughput");
    library.absent.add("nvmlDeviceGetTotalEccErrors");
    GpuReadings readings = device().read();
    assertThat(readings.utilization()).isNull();
    assertThat(readings.powerWatts()).isNull();
    assertThat(readings.pcie()).isEqualTo(new Pcie(null, null, 5, 16, 5, 16));
    assertThat(readings.uncorrectedEccErrors()).isNull();
    assertThat(readings.temperatureCelsius()).isEqualTo(61.0);
  }

  @Test
  void trafficAbove31BitsIsNotNegative() throws NvmlException {
    library.rxKib = (int) 3_000_000_000L;
    assertThat(device().read().pcie().receivedBytesPerSecond()).isEqualTo(3_072_000_000_000L);
  }

  @Test
  void aFaultArrivesWithItsNumberAndSilenceIsNoFault() throws NvmlException {
    try (NvmlDevice.XidEvents events = device().xidEvents()) {
      assertThat(events.await(5)).isNull();
      library.raise(79);
      assertThat(events.await(1_000)).isEqualTo(79);
      library.lose();
      assertThatThrownBy(() -> events.await(1_000))
          .isInstanceOfSatisfying(NvmlException.class, e -> assertThat(e.gpuLost()).isTrue());
    }
  }

  @Test
  void aGpuThatReportsNoFaultsSaysSo() throws NvmlException {
    library.unsupported.add("nvmlDeviceRegisterEvents");
    NvmlDevice device = device();
    assertThatThrownBy(device::xidEvents).hasMessageContaining("error 3");
  }

  @Test
  void aLibraryWithoutADriverIsRefused() {
    library.initAnswer = 9;
    assertThatThrownBy(() -> Nvml.open(library.symbols()))
        .isInstanceOf(NvmlException.class)
        .hasMessage("nvmlInit_v2 answered with error 9");
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() throws NvmlException {
    Nvml nvml = Nvml.open(library.symbols());
    assertThatThrownBy(() -> nvml.device(new VisibleDevice.ByIndex(3)))
        .hasMessage("nvmlDeviceGetHandleByIndex_v2 answered with error 6");
    assertThat(nvml.device(new VisibleDevice.ByUuid("GPU-fake")).read().uuid())
        .isEqualTo("GPU-fake");
  }

  @ParameterizedTest
  @CsvSource({"0,,0", "1,'',1", "0,'3,1',3", "1,'3, 1',1", "2,'3,1',2"})
  void cudasNumberIsTranslated(int cuda, String visible, int index) {
    assertThat(VisibleDevice.of(cuda, visible)).isEqualTo(new VisibleDevice.ByIndex(index));
  }

  @Test
  void aDeviceMayBeNamed() {
    assertThat(VisibleDevice.of(1, "0,MIG-a")).isEqualTo(new VisibleDevice.ByUuid("MIG-a"));
  }

  @ParameterizedTest
  @CsvSource({
    "device,0",
    "eventType,8",
    "eventData,16",
    "gpuInstanceId,24",
    "computeInstanceId,28"
  })
  void theEventIsLaidOutAsInTheHeader(String field, long offset) {
    assertThat(NvmlFunction.EVENT_DATA.byteOffset(groupElement(field))).isEqualTo(offset);
    assertThat(NvmlFunction.EVENT_DATA.byteSize()).isEqualTo(32);
  }

  private NvmlDevice device() throws NvmlException {
    return Nvml.open(library.symbols()).device(new VisibleDevice.ByIndex(0));
  }
}
