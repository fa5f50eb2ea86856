package dev.kintsugi.protocol.metrics;

import java.util.List;

/**
 * One metric of the catalogue.
 *
 * @param name Prometheus name with unit suffix, without the counter's {@code _total}
 * @param labels label names in order
 */
public record MetricSpec(String name, Kind kind, String help, List<String> labels) {

  /** Prometheus metric kinds in use. */
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }
}
