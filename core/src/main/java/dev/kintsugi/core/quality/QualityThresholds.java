package dev.kintsugi.core.quality;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's limits, from the section {@code quality} of its manifest. A statistic without a limit
 * is measured and reported but rejects nothing.
 *
 * @param limits by statistic
 * @param normalPsnrDb below this median PSNR of neighbouring frames a clip passes, but is marked
 */
public record QualityThresholds(Map<Statistic, Double> limits, double normalPsnrDb) {
  private static final String NORMAL_PSNR = "adjacent_psnr_normal_db";

  /** Provenance: how many good clips the limits were found on. The gate does not use it. */
  public static final String CALIBRATION_CLIPS = "calibration_clips";

  /** Provenance: the share of good clips that may be rejected, as declared. */
  public static final String FALSE_ALARM_RATE = "false_alarm_rate";

  /** Provenance: the share that the number of clips proves alone, with 95 % confidence. */
  public static final String PROVEN_FALSE_ALARM_RATE = "proven_false_alarm_rate";

  private static final Set<String> PROVENANCE =
      Set.of(CALIBRATION_CLIPS, FALSE_ALARM_RATE, PROVEN_FALSE_ALARM_RATE);

  /**
   * What holds for a large model that was not calibrated: the field's 30 dB and 20 dB, and limits
   * that only a broken clip passes.
   */
  public static final QualityThresholds LARGE_MODEL =
      new QualityThresholds(
          Map.of(
              Statistic.BRIGHTNESS, 20.0,
              Statistic.CONTRAST, 2.0,
              Statistic.FROZEN_SHARE, 0.5,
              Statistic.FLICKER, 8.0,
              Statistic.FLASH, 32.0,
              Statistic.ADJACENT_PSNR_DB, 20.0),
          30);

  public QualityThresholds {
    EnumMap<Statistic, Double> copy = new EnumMap<>(Statistic.class);
    copy.putAll(limits);
    limits = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a manifest's section. What it leaves out is as for a large model, and a calibrated one
   * leaves nothing out.
   *
   * @throws IllegalArgumentException naming an entry that is unknown or no finite number
   */
  public static QualityThresholds of(Map<String, Double> section) {
    EnumMap<Statistic, Double> limits = new EnumMap<>(LARGE_MODEL.limits());
    double normal = LARGE_MODEL.normalPsnrDb();
    for (Map.Entry<String, Double> entry : section.entrySet()) {
      double value = finite(entry.getKey(), entry.getValue());
      switch (entry.getKey()) {
        case NORMAL_PSNR -> normal = value;
        case String name when PROVENANCE.contains(name) -> {}
        case String name -> limits.put(statistic(name), value);
      }
    }
    return new QualityThresholds(limits, normal);
  }

  /** The section of a manifest that {@link #of} reads. */
  public Map<String, Double> section() {
    Map<String, Double> section = new LinkedHashMap<>();
    section.put(NORMAL_PSNR, normalPsnrDb);
    limits.forEach((s, limit) -> section.put(s.limitName(), limit));
    return section;
  }

  private static Statistic statistic(String name) {
    return Statistic.ofLimit(name)
        .orElseThrow(() -> new IllegalArgumentException("quality." + name + " is not known"));
  }

  private static double finite(String name, @Nullable Double value) {
    if (value == null || !Double.isFinite(value)) {
      throw new IllegalArgumentException("quality." + name + " must be a number, not " + value);
    }
    return value;
  }
}
