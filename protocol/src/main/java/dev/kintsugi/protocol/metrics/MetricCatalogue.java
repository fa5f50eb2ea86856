package dev.kintsugi.protocol.metrics;

import dev.kintsugi.protocol.metrics.MetricSpec.Source;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every metric of every process, by subject. Dashboards, alert rules and docs are checked against
 * this list.
 */
public final class MetricCatalogue {

  private static final List<MetricSpec> ALL =
      Stream.of(
              AdmissionCatalogue.all(),
              JobCatalogue.all(),
              KnowledgeCatalogue.all(),
              RolloutCatalogue.all(),
              ObjectiveCatalogue.all(),
              ProbeCatalogue.all(),
              NodeCatalogue.all(),
              OperatorCatalogue.all())
          .flatMap(List::stream)
          .toList();

  private MetricCatalogue() {}

  /** All of them, in the order of the docs. */
  public static List<MetricSpec> all() {
    return ALL;
  }

  /** What one process exposes. */
  public static List<MetricSpec> of(Source source) {
    return ALL.stream().filter(spec -> spec.source() == source).toList();
  }
}
