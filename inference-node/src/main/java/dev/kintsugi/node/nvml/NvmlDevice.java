package dev.kintsugi.node.nvml;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import org.jspecify.annotations.Nullable;

/** One GPU. Valid as long as the library is open. Thread-safe. */
public final class NvmlDevice {
  private static final double PERCENT = 100;
  private static final double MILLI = 1000;
  private static final long KIB = 1024;

  private final Nvml nvml;
  private final MemorySegment handle;

  NvmlDevice(Nvml nvml, MemorySegment handle) {
    this.nvml = nvml;
    this.handle = handle;
  }

  /**
   * Reads everything. Takes about 40 ms: the throughput of each direction is counted over 20 ms.
   *
   * @throws NvmlException when not even its name and memory can be read
   */
  public GpuReadings read() throws NvmlException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(NvmlFunction.MEMORY_INFO);
      nvml.check(NvmlFunction.MEMORY, handle, memory);
      return new GpuReadings(
          uuid(arena),
          memory.get(JAVA_LONG, offset(NvmlFunction.MEMORY_INFO, "used")),
          memory.get(JAVA_LONG, offset(NvmlFunction.MEMORY_INFO, "total")),
          utilization(arena),
          scaled(number(arena, NvmlFunction.TEMPERATURE, NvmlFunction.TEMPERATURE_GPU), 1),
          scaled(number(arena, NvmlFunction.POWER), MILLI),
          pcie(arena),
          eccErrors(arena));
    }
  }

  /** Listens for faults of this GPU. */
  public XidEvents xidEvents() throws NvmlException {
    return XidEvents.open(nvml, handle);
  }

  private String uuid(Arena arena) throws NvmlException {
    MemorySegment text = arena.allocate(NvmlFunction.UUID_BYTES);
    nvml.check(NvmlFunction.UUID, handle, text, NvmlFunction.UUID_BYTES);
    text.set(JAVA_BYTE, NvmlFunction.UUID_BYTES - 1L, (byte) 0);
    return text.getString(0);
  }

  private @Nullable Double utilization(Arena arena) {
    MemorySegment rates = arena.allocate(NvmlFunction.UTILIZATION_RATES);
    int code = nvml.call(NvmlFunction.UTILIZATION, handle, rates);
    return code == NvmlFunction.SUCCESS
        ? rates.get(JAVA_INT, offset(NvmlFunction.UTILIZATION_RATES, "gpu")) / PERCENT
        : null;
  }

  private GpuReadings.Pcie pcie(Arena arena) {
    return new GpuReadings.Pcie(
        bytes(number(arena, NvmlFunction.PCIE_THROUGHPUT, NvmlFunction.PCIE_TX)),
        bytes(number(arena, NvmlFunction.PCIE_THROUGHPUT, NvmlFunction.PCIE_RX)),
        number(arena, NvmlFunction.PCIE_GENERATION),
        number(arena, NvmlFunction.PCIE_WIDTH),
        number(arena, NvmlFunction.PCIE_MAX_GENERATION),
        number(arena, NvmlFunction.PCIE_MAX_WIDTH));
  }

  private @Nullable Long eccErrors(Arena arena) {
    MemorySegment count = arena.allocate(JAVA_LONG);
    int code =
        nvml.call(
            NvmlFunction.ECC_ERRORS,
            handle,
            NvmlFunction.ECC_UNCORRECTED,
            NvmlFunction.ECC_VOLATILE,
            count);
    return code == NvmlFunction.SUCCESS ? count.get(JAVA_LONG, 0) : null;
  }

  private @Nullable Integer number(Arena arena, NvmlFunction function) {
    MemorySegment out = arena.allocate(JAVA_INT);
    int code = nvml.call(function, handle, out);
    return code == NvmlFunction.SUCCESS ? out.get(JAVA_INT, 0) : null;
  }

  private @Nullable Integer number(Arena arena, NvmlFunction function, int which) {
    MemorySegment out = arena.allocate(JAVA_INT);
    int code = nvml.call(function, handle, which, out);
    return code == NvmlFunction.SUCCESS ? out.get(JAVA_INT, 0) : null;
  }

  private static @Nullable Double scaled(@Nullable Integer value, double unit) {
    return value == null ? null : value / unit;
  }

  /** The library counts in units of 1024 bytes, unsigned. */
  private static @Nullable Long bytes(@Nullable Integer kib) {
    return kib == null ? null : Integer.toUnsignedLong(kib) * KIB;
  }

  private static long offset(StructLayout layout, String field) {
    return layout.byteOffset(groupElement(field));
  }

  /** A subscription to the faults of one GPU. Used by one thread at a time. */
  public static final class XidEvents implements AutoCloseable {
    private final Nvml nvml;
    private final MemorySegment set;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment event = arena.allocate(NvmlFunction.EVENT_DATA);

    private XidEvents(Nvml nvml, MemorySegment set) {
      this.nvml = nvml;
      this.set = set;
    }

    private static XidEvents open(Nvml nvml, MemorySegment device) throws NvmlException {
      try (Arena scratch = Arena.ofConfined()) {
        MemorySegment pointer = scratch.allocate(ADDRESS);
        nvml.check(NvmlFunction.EVENT_SET_CREATE, pointer);
        MemorySegment set = pointer.get(ADDRESS, 0);
        int code = nvml.call(NvmlFunction.REGISTER_EVENTS, device, NvmlFunction.EVENT_XID, set);
        if (code != NvmlFunction.SUCCESS) {
          int ignored = nvml.call(NvmlFunction.EVENT_SET_FREE, set);
          throw new NvmlException(
              code,
              "the GPU does not report faults (error " + code + " of nvmlDeviceRegisterEvents)");
        }
        return new XidEvents(nvml, set);
      }
    }

    /**
     * Waits for a fault.
     *
     * @return NVIDIA's number of it; null when there was none in time
     * @throws NvmlException when the device is lost or the library fails
     */
    public @Nullable Integer await(int millis) throws NvmlException {
      int code = nvml.call(NvmlFunction.EVENT_SET_WAIT, set, event, millis);
      if (code == NvmlFunction.ERROR_TIMEOUT) {
        return null;
      }
      if (code != NvmlFunction.SUCCESS) {
        throw new NvmlException(code, "nvmlEventSetWait_v2 answered with error " + code);
      }
      long type = event.get(JAVA_LONG, offset(NvmlFunction.EVENT_DATA, "eventType"));
      long data = event.get(JAVA_LONG, offset(NvmlFunction.EVENT_DATA, "eventData"));
      return type == NvmlFunction.EVENT_XID ? (int) data : null;
    }

    @Override
    public void close() {
      int ignored = nvml.call(NvmlFunction.EVENT_SET_FREE, set);
      arena.close();
    }
  }
}
