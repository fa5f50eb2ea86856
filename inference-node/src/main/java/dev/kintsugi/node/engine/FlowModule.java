package dev.kintsugi.node.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.protocol.node.FailureClass;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Optical flow by a network in a TorchScript file, for instance torchvision's RAFT scripted. Its
 * {@code forward} takes two pictures, float32 [1, 3, H, W] from -1 to 1 with H and W multiples of
 * 8, and returns the flow from the first to the second in pixels, float32 [1, 2, H, W] (right,
 * down); or a list of such flows whose last one is the finest, as RAFT does.
 */
public final class FlowModule implements AutoCloseable {
  private static final int GRAIN = 8;

  private final TorchModule module;
  private final ai.djl.Device device;

  private FlowModule(TorchModule module, ai.djl.Device device) {
    this.module = module;
    this.device = device;
  }

  /**
   * Loads the file and tries it on a small picture.
   *
   * @throws ModelLoadException naming the file when it is missing, no module, or not of that form
   */
  public static FlowModule load(Path file, EngineOptions options) throws ModelLoadException {
    if (!java.nio.file.Files.isRegularFile(file)) {
      throw new ModelLoadException(
          FailureClass.MODEL_LOAD_FAILED, "the flow module " + file + " is missing");
    }
    Torch.start(options);
    ai.djl.Device device = Torch.device(options);
    FlowModule flow = new FlowModule(TorchModule.load(file, device), device);
    try {
      int side = 128; // RAFT's correlation pyramid needs as much
      flow.flow(new byte[side * side * 3], new byte[side * side * 3], side, side);
      return flow;
    } catch (EngineException | IllegalArgumentException | IllegalStateException e) {
      flow.close();
      throw new ModelLoadException(
          FailureClass.MODEL_LOAD_FAILED,
          "the flow module " + file + " does not do what is asked: " + Torch.reason(e),
          e);
    }
  }

  /**
   * Flow from one frame to the next.
   *
   * @param first rgb24
   * @param second rgb24
   * @return for each pixel, row by row: right, down
   */
  public float[] flow(byte[] first, byte[] second, int width, int height) {
    int paddedWidth = padded(width);
    int paddedHeight = padded(height);
    try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
      NDList found =
          module.forwardAll(
              picture(manager, first, width, height), picture(manager, second, width, height));
      NDArray flow = found.get(found.size() - 1);
      if (!flow.getShape().equals(new Shape(1, 2, paddedHeight, paddedWidth))) {
        throw new IllegalStateException(
            "forward must return [1, 2, %d, %d], not %s"
                .formatted(paddedHeight, paddedWidth, flow.getShape()));
      }
      return flow.get(":, :, :" + height + ", :" + width)
          .squeeze(0)
          .transpose(1, 2, 0)
          .toType(DataType.FLOAT32, false)
          .toFloatArray();
    }
  }

  private static NDArray picture(NDManager manager, byte[] rgb, int width, int height) {
    byte[] padded = pad(rgb, width, height);
    NDArray bytes =
        manager.create(
            ByteBuffer.wrap(padded),
            new Shape(1, padded(height), padded(width), 3),
            DataType.UINT8);
    return bytes.transpose(0, 3, 1, 2).toType(DataType.FLOAT32, false).div(127.5f).sub(1f);
  }

  // The last row and column are repeated: a border of another colour would look like motion.
  private static byte[] pad(byte[] rgb, int width, int height) {
    int rows = padded(height);
    int columns = padded(width);
    byte[] padded = new byte[rows * columns * 3];
    for (int y = 0; y < rows; y++) {
      int from = Math.min(y, height - 1) * width * 3;
      System.arraycopy(rgb, from, padded, y * columns * 3, width * 3);
      for (int x = width; x < columns; x++) {
        System.arraycopy(rgb, from + (width - 1) * 3, padded, (y * columns + x) * 3, 3);
      }
    }
    return padded;
  }

  private static int padded(int side) {
    return (side + GRAIN - 1) / GRAIN * GRAIN;
  }

  @Override
  public void close() {
    module.close();
  }
}
