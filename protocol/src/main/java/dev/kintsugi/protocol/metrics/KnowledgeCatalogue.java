package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;

import java.util.List;

/** Failures that were recorded, and the index they are searched by. */
public final class KnowledgeCatalogue {

  public static final MetricSpec CASES =
      counter("kintsugi_cases", "Failure cases recorded.", "kind", "failure_class");
  public static final MetricSpec CASES_DEFERRED =
      counter("kintsugi_cases_deferred", "Failure cases left to be found again from attempts.");
  public static final MetricSpec KNOWLEDGE_BEHIND =
      gauge(
          "kintsugi_knowledge_behind",
          "Changes of the ledger of failures that the search index does not have yet.");
  public static final MetricSpec KNOWLEDGE_REBUILDS =
      counter("kintsugi_knowledge_rebuilds", "Times the search index was begun anew.", "cause");
  public static final MetricSpec KNOWLEDGE_FAILURES =
      counter(
          "kintsugi_knowledge_failures",
          "Times the search index could not be opened, read or written.");

  private KnowledgeCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(CASES, CASES_DEFERRED, KNOWLEDGE_BEHIND, KNOWLEDGE_REBUILDS, KNOWLEDGE_FAILURES);
  }
}
