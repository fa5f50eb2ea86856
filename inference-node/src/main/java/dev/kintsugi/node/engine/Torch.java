package dev.kintsugi.node.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tensor library of this process: how it is started, and the little it is asked globally. */
final class Torch {
  private static final String ENGINE = "PyTorch";
  private static final Object SEED = new Object();

  private Torch() {}

  /** Starts the library on the first call; later calls cannot change its threads. */
  static synchronized Engine start(EngineOptions options) {
    set("ai.djl.offline", "true");
    // Threads that spin while they wait for each other make a pass 50 times slower on a busy
    // machine.
    ProcessEnvironment.setDefault("OMP_WAIT_POLICY", "passive");
    // The optimizer specialises a module for every new shape, which costs more than it gains here.
    set("ai.djl.pytorch.graph_optimizer", "false");
    set("ai.djl.pytorch.num_interop_threads", "1");
    if (options.threads() > 0) {
      set("ai.djl.pytorch.num_threads", Integer.toString(options.threads()));
    }
    return Engine.getEngine(ENGINE);
  }

  private static void set(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  static Device device(EngineOptions options) {
    String name = options.device();
    return name.startsWith("cuda:")
        ? Device.gpu(Integer.parseInt(name.substring("cuda:".length())))
        : Device.cpu();
  }

  /**
   * Standard normal values, the same as {@code torch.randn} with a CPU generator of this seed. The
   * library has one generator per process, hence the lock.
   */
  static float[] noise(int seed, Shape shape) {
    synchronized (SEED) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE);
          NDArray values = seeded(manager, seed).randomNormal(shape)) {
        return values.toFloatArray();
      }
    }
  }

  private static NDManager seeded(NDManager manager, int seed) {
    manager.getEngine().setRandomSeed(seed);
    return manager;
  }

  /** The class of a failure the library reports only by its message. */
  static FailureClass classify(Throwable failure) {
    for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (t instanceof OutOfMemoryError
          || message.contains("out of memory")
          || message.contains("can't allocate memory")
          || message.contains("not enough memory")) {
        return FailureClass.OOM;
      }
    }
    return FailureClass.INTERNAL;
  }

  /** The library's messages end in a native stack trace; people get what says something. */
  static String reason(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    int error = message.lastIndexOf("RuntimeError:");
    String from = error < 0 ? message : message.substring(error);
    int end = from.indexOf('\n');
    return end < 0 ? from : from.substring(0, end);
  }
}
