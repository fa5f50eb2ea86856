package dev.kintsugi.node.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * The functions of {@code nvml.h} that are called, with the layouts and numbers they use. Each
 * answers with an {@code nvmlReturn_t}, an enumeration and so a C int; handles are pointers.
 */
enum NvmlFunction {
  INIT("nvmlInit_v2"),
  SHUTDOWN("nvmlShutdown"),
  DEVICE_BY_INDEX("nvmlDeviceGetHandleByIndex_v2", JAVA_INT, ADDRESS),
  DEVICE_BY_UUID("nvmlDeviceGetHandleByUUID", ADDRESS, ADDRESS),
  UUID("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT),
  MEMORY("nvmlDeviceGetMemoryInfo", ADDRESS, ADDRESS),
  UTILIZATION("nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS),
  TEMPERATURE("nvmlDeviceGetTemperature", ADDRESS, JAVA_INT, ADDRESS),
  POWER("nvmlDeviceGetPowerUsage", ADDRESS, ADDRESS),
  PCIE_THROUGHPUT("nvmlDeviceGetPcieThroughput", ADDRESS, JAVA_INT, ADDRESS),
  PCIE_GENERATION("nvmlDeviceGetCurrPcieLinkGeneration", ADDRESS, ADDRESS),
  PCIE_WIDTH("nvmlDeviceGetCurrPcieLinkWidth", ADDRESS, ADDRESS),
  PCIE_MAX_GENERATION("nvmlDeviceGetMaxPcieLinkGeneration", ADDRESS, ADDRESS),
  PCIE_MAX_WIDTH("nvmlDeviceGetMaxPcieLinkWidth", ADDRESS, ADDRESS),
  ECC_ERRORS("nvmlDeviceGetTotalEccErrors", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
  EVENT_SET_CREATE("nvmlEventSetCreate", ADDRESS),
  REGISTER_EVENTS("nvmlDeviceRegisterEvents", ADDRESS, JAVA_LONG, ADDRESS),
  EVENT_SET_WAIT("nvmlEventSetWait_v2", ADDRESS, ADDRESS, JAVA_INT),
  EVENT_SET_FREE("nvmlEventSetFree", ADDRESS);

  static final int SUCCESS = 0;
  static final int ERROR_TIMEOUT = 10;
  static final int ERROR_FUNCTION_NOT_FOUND = 13;
  static final int ERROR_GPU_IS_LOST = 15;

  /** {@code NVML_DEVICE_UUID_V2_BUFFER_SIZE}, bytes. */
  static final int UUID_BYTES = 96;

  /** {@code NVML_TEMPERATURE_GPU}: the sensor of the die. */
  static final int TEMPERATURE_GPU = 0;

  /** {@code NVML_PCIE_UTIL_TX_BYTES}. */
  static final int PCIE_TX = 0;

  /** {@code NVML_PCIE_UTIL_RX_BYTES}. */
  static final int PCIE_RX = 1;

  /** {@code NVML_MEMORY_ERROR_TYPE_UNCORRECTED}. */
  static final int ECC_UNCORRECTED = 1;

  /** {@code NVML_VOLATILE_ECC}: since the driver was loaded. */
  static final int ECC_VOLATILE = 0;

  /** {@code nvmlEventTypeXidCriticalError}. */
  static final long EVENT_XID = 0x8L;

  /** {@code nvmlMemory_t}: three {@code unsigned long long}, bytes. */
  static final StructLayout MEMORY_INFO =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("total"), JAVA_LONG.withName("free"), JAVA_LONG.withName("used"));

  /** {@code nvmlUtilization_t}: two {@code unsigned int}, percent. */
  static final StructLayout UTILIZATION_RATES =
      MemoryLayout.structLayout(JAVA_INT.withName("gpu"), JAVA_INT.withName("memory"));

  /**
   * {@code nvmlEventData_t} as {@code nvmlEventSetWait_v2} fills it: the first version lacked the
   * two instance ids, and a caller that leaves no room for them has its stack overwritten.
   */
  static final StructLayout EVENT_DATA =
      MemoryLayout.structLayout(
          ADDRESS.withName("device"),
          JAVA_LONG.withName("eventType"),
          JAVA_LONG.withName("eventData"),
          JAVA_INT.withName("gpuInstanceId"),
          JAVA_INT.withName("computeInstanceId"));

  private final String symbol;
  private final FunctionDescriptor descriptor;

  NvmlFunction(String symbol, MemoryLayout... arguments) {
    this.symbol = symbol;
    this.descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
  }

  String symbol() {
    return symbol;
  }

  FunctionDescriptor descriptor() {
    return descriptor;
  }
}
