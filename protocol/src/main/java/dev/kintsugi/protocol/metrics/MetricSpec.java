package dev.kintsugi.protocol.metrics;

import java.util.List;

/**
 * One metric of the catalogue.
 *
 * @param name Prometheus name with unit suffix, without the counter's {@code _total}
 * @param labels label names in order
 * @param source the process that exposes it
 */
public record MetricSpec(String name, Kind kind, String help, List<String> labels, Source source) {

  /** Prometheus metric kinds in use. */
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** The processes that are scraped. */
  public enum Source {
    CONTROL_PLANE,
    INFERENCE_NODE,
    OPERATOR
  }

  static MetricSpec counter(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.COUNTER, help, List.of(labels), Source.CONTROL_PLANE);
  }

  static MetricSpec gauge(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.GAUGE, help, List.of(labels), Source.CONTROL_PLANE);
  }

  static MetricSpec histogram(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.HISTOGRAM, help, List.of(labels), Source.CONTROL_PLANE);
  }

  /** The same metric, exposed by another process. */
  MetricSpec of(Source other) {
    return new MetricSpec(name, kind, help, labels, other);
  }
}
