package dev.kintsugi.node.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environment that native libraries see. Java cannot change it, the C library can, and some
 * libraries take settings from nowhere else.
 */
final class ProcessEnvironment {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessEnvironment.class);

  private ProcessEnvironment() {}

  /** Sets a variable unless the process was started with it; must precede the library's loading. */
  static void setDefault(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(name);
      int failed = (int) setenv.invokeExact(key, arena.allocateFrom(value), 0);
      if (failed != 0) {
        LOG.warn("the environment variable {} could not be set", name);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("setenv of the C library cannot be called", e);
    }
  }
}
