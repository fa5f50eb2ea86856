package dev.kintsugi.node.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** NVIDIA's management library, initialised. Thread-safe, as the library is. */
public final class Nvml implements AutoCloseable {
  private static final String LIBRARY = "libnvidia-ml.so.1";

  private final Map<NvmlFunction, MethodHandle> functions;

  private Nvml(Map<NvmlFunction, MethodHandle> functions) {
    this.functions = functions;
  }

  /** The library that came with the driver; empty on a machine without one. */
  public static Optional<SymbolLookup> find() {
    try {
      return Optional.of(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Initialises the library.
   *
   * @param symbols where its functions are; one that an old driver lacks is missed when called
   * @throws NvmlException when there is no driver behind the library
   */
  public static Nvml open(SymbolLookup symbols) throws NvmlException {
    Linker linker = Linker.nativeLinker();
    Map<NvmlFunction, MethodHandle> functions = new EnumMap<>(NvmlFunction.class);
    for (NvmlFunction function : NvmlFunction.values()) {
      symbols
          .find(function.symbol())
          .ifPresent(
              address ->
                  functions.put(function, linker.downcallHandle(address, function.descriptor())));
    }
    Nvml nvml = new Nvml(functions);
    nvml.check(NvmlFunction.INIT);
    return nvml;
  }

  /** The device that CUDA calls by this number in this process. */
  public NvmlDevice device(VisibleDevice which) throws NvmlException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      switch (which) {
        case VisibleDevice.ByIndex(int index) -> check(NvmlFunction.DEVICE_BY_INDEX, index, handle);
        case VisibleDevice.ByUuid(String uuid) ->
            check(NvmlFunction.DEVICE_BY_UUID, arena.allocateFrom(uuid), handle);
      }
      return new NvmlDevice(this, handle.get(ADDRESS, 0));
    }
  }

  /** Calls a function that must succeed. */
  void check(NvmlFunction function, Object... arguments) throws NvmlException {
    int code = call(function, arguments);
    if (code != NvmlFunction.SUCCESS) {
      throw new NvmlException(code, function.symbol() + " answered with error " + code);
    }
  }

  /** Calls a function; its {@code nvmlReturn_t}. */
  int call(NvmlFunction function, Object... arguments) {
    MethodHandle handle = functions.get(function);
    if (handle == null) {
      return NvmlFunction.ERROR_FUNCTION_NOT_FOUND;
    }
    try {
      // Boxed arguments: a dozen calls every few seconds are not worth a field for each signature.
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function.symbol() + " cannot be called", e);
    }
  }

  @Override
  public void close() {
    int ignored = call(NvmlFunction.SHUTDOWN);
  }
}
