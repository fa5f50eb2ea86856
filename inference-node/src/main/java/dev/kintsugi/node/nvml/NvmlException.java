package dev.kintsugi.node.nvml;

/** The library refused a call; the message names the function and the library's own words. */
public final class NvmlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;

  NvmlException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** The driver lost contact with the device: only a reset or a reboot brings it back. */
  public boolean gpuLost() {
    return code == NvmlFunction.ERROR_GPU_IS_LOST;
  }
}
