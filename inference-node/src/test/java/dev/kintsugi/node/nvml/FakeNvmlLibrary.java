package dev.kintsugi.node.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A fake of NVIDIA's library for machines without a GPU: functions with the C signatures of {@code
 * nvml.h}, written down here once more and reached through real native calls. It shows that the
 * calls are wired as the header says, not that a GPU behaves like this.
 */
public final class FakeNvmlLibrary implements AutoCloseable {
  private static final long DEVICE = 0xD0;
  private static final long EVENT_SET = 0xE0;
  private static final int OK = 0;
  private static final int NOT_SUPPORTED = 3;
  private static final int NOT_FOUND = 6;
  private static final int TIMEOUT = 10;
  private static final int GPU_IS_LOST = 15;

  public volatile int initAnswer = OK;
  public volatile long memoryUsed = 30L << 30;
  public volatile int milliWatts = 512_300;
  public volatile int celsius = 61;
  public volatile int utilization = 87;
  public volatile int txKib = 1_000;
  public volatile int rxKib = 3_000;
  public volatile int linkWidth = 16;
  public final Set<String> unsupported = ConcurrentHashMap.newKeySet();
  public final Set<String> absent = ConcurrentHashMap.newKeySet();
  public final CountDownLatch shutDown = new CountDownLatch(1);
  private final BlockingQueue<Integer> xids = new LinkedBlockingQueue<>();
  private final Arena arena = Arena.ofShared();
  private final Map<String, MemorySegment> symbols = new HashMap<>();

  public FakeNvmlLibrary() {
    export("nvmlInit_v2", "init");
    export("nvmlShutdown", "shutdown");
    export("nvmlDeviceGetHandleByIndex_v2", "byIndex", JAVA_INT, ADDRESS);
    export("nvmlDeviceGetHandleByUUID", "byUuid", ADDRESS, ADDRESS);
    export("nvmlDeviceGetUUID", "uuid", ADDRESS, ADDRESS, JAVA_INT);
    export("nvmlDeviceGetMemoryInfo", "memory", ADDRESS, ADDRESS);
    export("nvmlDeviceGetUtilizationRates", "utilization", ADDRESS, ADDRESS);
    export("nvmlDeviceGetTemperature", "temperature", ADDRESS, JAVA_INT, ADDRESS);
    export("nvmlDeviceGetPowerUsage", "power", ADDRESS, ADDRESS);
    export("nvmlDeviceGetPcieThroughput", "throughput", ADDRESS, JAVA_INT, ADDRESS);
    export("nvmlDeviceGetCurrPcieLinkGeneration", "generation", ADDRESS, ADDRESS);
    export("nvmlDeviceGetCurrPcieLinkWidth", "width", ADDRESS, ADDRESS);
    export("nvmlDeviceGetMaxPcieLinkGeneration", "maxGeneration", ADDRESS, ADDRESS);
    export("nvmlDeviceGetMaxPcieLinkWidth", "maxWidth", ADDRESS, ADDRESS);
    export("nvmlDeviceGetTotalEccErrors", "ecc", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    export("nvmlEventSetCreate", "eventSet", ADDRESS);
    export("nvmlDeviceRegisterEvents", "register", ADDRESS, JAVA_LONG, ADDRESS);
    export("nvmlEventSetWait_v2", "await", ADDRESS, ADDRESS, JAVA_INT);
    export("nvmlEventSetFree", "free", ADDRESS);
  }

  /** Where its functions are. */
  public SymbolLookup symbols() {
    return name ->
        absent.contains(name) ? Optional.empty() : Optional.ofNullable(symbols.get(name));
  }

  /** The GPU reports a fault. */
  public void raise(int xid) {
    xids.add(xid);
  }

  /** The GPU falls off the bus. */
  public void lose() {
    xids.add(-1);
  }

  @Override
  public void close() {
    arena.close();
  }

  int init() {
    return initAnswer;
  }

  int shutdown() {
    shutDown.countDown();
    return OK;
  }

  int byIndex(int index, MemorySegment out) {
    return index == 0 ? address(out, DEVICE) : NOT_FOUND;
  }

  int byUuid(MemorySegment name, MemorySegment out) {
    String uuid = name.reinterpret(96).getString(0);
    return uuid.equals("GPU-fake") ? address(out, DEVICE) : NOT_FOUND;
  }

  int uuid(MemorySegment device, MemorySegment out, int length) {
    byte[] text = "GPU-fake\0".getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(text, 0, out.reinterpret(length), JAVA_BYTE, 0, text.length);
    return known(device);
  }

  int memory(MemorySegment device, MemorySegment out) {
    // unsigned long long total; unsigned long long free; unsigned long long used;
    MemorySegment info = out.reinterpret(24);
    info.set(JAVA_LONG, 0, 80L << 30);
    info.set(JAVA_LONG, 8, (80L << 30) - memoryUsed);
    info.set(JAVA_LONG, 16, memoryUsed);
    return known(device);
  }

  int utilization(MemorySegment device, MemorySegment out) {
    // unsigned int gpu; unsigned int memory;
    MemorySegment rates = out.reinterpret(8);
    rates.set(JAVA_INT, 0, utilization);
    rates.set(JAVA_INT, 4, 11);
    return answer("nvmlDeviceGetUtilizationRates", device);
  }

  int temperature(MemorySegment device, int sensor, MemorySegment out) {
    return sensor == 0 ? number(out, celsius, "nvmlDeviceGetTemperature", device) : 2;
  }

  int power(MemorySegment device, MemorySegment out) {
    return number(out, milliWatts, "nvmlDeviceGetPowerUsage", device);
  }

  int throughput(MemorySegment device, int counter, MemorySegment out) {
    return number(out, counter == 0 ? txKib : rxKib, "nvmlDeviceGetPcieThroughput", device);
  }

  int generation(MemorySegment device, MemorySegment out) {
    return number(out, 5, "", device);
  }

  int width(MemorySegment device, MemorySegment out) {
    return number(out, linkWidth, "", device);
  }

  int maxGeneration(MemorySegment device, MemorySegment out) {
    return number(out, 5, "", device);
  }

  int maxWidth(MemorySegment device, MemorySegment out) {
    return number(out, 16, "", device);
  }

  int ecc(MemorySegment device, int type, int counter, MemorySegment out) {
    out.reinterpret(8).set(JAVA_LONG, 0, type == 1 && counter == 0 ? 2L : 99L);
    return answer("nvmlDeviceGetTotalEccErrors", device);
  }

  int eventSet(MemorySegment out) {
    return address(out, EVENT_SET);
  }

  int register(MemorySegment device, long types, MemorySegment set) {
    return types == 0x8L && set.address() == EVENT_SET
        ? answer("nvmlDeviceRegisterEvents", device)
        : 2;
  }

  int await(MemorySegment set, MemorySegment out, int millis) throws InterruptedException {
    Integer xid = xids.poll(Math.min(millis, 50), TimeUnit.MILLISECONDS);
    if (xid == null) {
      return TIMEOUT;
    }
    if (xid < 0) {
      return GPU_IS_LOST;
    }
    // nvmlDevice_t device; unsigned long long eventType, eventData;
    // unsigned int gpuInstanceId, computeInstanceId;
    MemorySegment event = out.reinterpret(32);
    event.set(JAVA_LONG, 0, DEVICE);
    event.set(JAVA_LONG, 8, 0x8L);
    event.set(JAVA_LONG, 16, xid);
    event.set(JAVA_INT, 24, -1);
    event.set(JAVA_INT, 28, -1);
    return set.address() == EVENT_SET ? OK : 2;
  }

  int free(MemorySegment set) {
    return set.address() == EVENT_SET ? OK : 2;
  }

  private int number(MemorySegment out, int value, String function, MemorySegment device) {
    out.reinterpret(4).set(JAVA_INT, 0, value);
    return answer(function, device);
  }

  private int answer(String function, MemorySegment device) {
    return unsupported.contains(function) ? NOT_SUPPORTED : known(device);
  }

  private static int known(MemorySegment device) {
    return device.address() == DEVICE ? OK : 2;
  }

  private static int address(MemorySegment out, long value) {
    out.reinterpret(8).set(JAVA_LONG, 0, value);
    return OK;
  }

  private void export(String symbol, String method, ValueLayout... arguments) {
    FunctionDescriptor c = FunctionDescriptor.of(JAVA_INT, arguments);
    MethodType type = c.toMethodType();
    try {
      MethodHandle java = MethodHandles.lookup().findVirtual(FakeNvmlLibrary.class, method, type);
      symbols.put(symbol, Linker.nativeLinker().upcallStub(java.bindTo(this), c, arena));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method, e);
    }
  }
}
