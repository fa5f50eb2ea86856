package dev.kintsugi.node.faults;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What only the C library and the kernel can do. */
final class NativeCalls {
  private static final Linker LINKER = Linker.nativeLinker();

  // The same on every 64-bit Linux: these calls are newer than the numbers' separate ways.
  private static final long FSOPEN = 430;
  private static final long FSCONFIG = 431;
  private static final long FSMOUNT = 432;
  private static final long CLOSE_ON_EXEC = 1;
  private static final long SET_STRING = 1;
  private static final long CREATE = 6;

  private NativeCalls() {}

  /** Ends the process as a failed assertion in native code does: no hook runs. */
  static void abort() {
    try {
      LINKER
          .downcallHandle(
              LINKER.defaultLookup().find("abort").orElseThrow(), FunctionDescriptor.ofVoid())
          .invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("the process cannot abort itself", e);
    }
  }

  /**
   * Makes a file system in memory that is nowhere in the directory tree: it is reached through its
   * descriptor, {@code /proc/self/fd/N}, and is gone with it.
   *
   * @param bytes its size
   * @return the descriptor; negative where this process may not do it
   */
  static int memoryFileSystem(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long context = call(FSOPEN, arena.allocateFrom("tmpfs").address(), CLOSE_ON_EXEC, 0, 0, 0);
      if (context < 0) {
        return -1;
      }
      long size = arena.allocateFrom("size").address();
      long value = arena.allocateFrom(Long.toString(bytes)).address();
      long mount = -1;
      if (call(FSCONFIG, context, SET_STRING, size, value, 0) >= 0
          && call(FSCONFIG, context, CREATE, 0, 0, 0) >= 0) {
        mount = call(FSMOUNT, context, CLOSE_ON_EXEC, 0, 0, 0);
      }
      close((int) context);
      return (int) mount;
    }
  }

  static void close(int descriptor) {
    try {
      int ignored =
          (int)
              LINKER
                  .downcallHandle(
                      find("close"),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                  .invokeExact(descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException("a descriptor cannot be closed", e);
    }
  }

  private static long call(long number, long a, long b, long c, long d, long e) {
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    MethodHandle syscall =
        LINKER.downcallHandle(
            find("syscall"),
            FunctionDescriptor.of(word, word, word, word, word, word, word),
            Linker.Option.firstVariadicArg(1));
    try {
      return (long) syscall.invokeExact(number, a, b, c, d, e);
    } catch (Throwable t) {
      throw new IllegalStateException("the kernel cannot be called", t);
    }
  }

  private static MemorySegment find(String name) {
    return LINKER.defaultLookup().find(name).orElseThrow();
  }
}
