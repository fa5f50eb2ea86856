package dev.kintsugi.node.nvml;

import org.jspecify.annotations.Nullable;

/**
 * The management library's name of a device. It knows nothing of {@code CUDA_VISIBLE_DEVICES},
 * which renumbers what CUDA shows to a process.
 */
public sealed interface VisibleDevice {

  /** Position in the order of PCI addresses. */
  record ByIndex(int index) implements VisibleDevice {}

  /** Such as {@code GPU-…} or {@code MIG-…}. */
  record ByUuid(String uuid) implements VisibleDevice {}

  /**
   * @param cuda the number in {@code cuda:N}
   * @param visible the environment's {@code CUDA_VISIBLE_DEVICES}; null when it is not set
   */
  static VisibleDevice of(int cuda, @Nullable String visible) {
    String[] names = visible == null || visible.isBlank() ? new String[0] : visible.split(",", -1);
    if (cuda >= names.length) {
      return new ByIndex(cuda);
    }
    String name = names[cuda].strip();
    return name.matches("\\d{1,4}") ? new ByIndex(Integer.parseInt(name)) : new ByUuid(name);
  }
}
