package dev.kintsugi.operators.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {

  @Test
  void declaresItsShareOfTheCatalogueAndNothingElse() {
    assertThat(
            new OperatorMetrics()
                .registry().scrape().stream()
                    .map(snapshot -> snapshot.getMetadata().getName())
                    .filter(name -> name.startsWith("kintsugi_")))
        .containsExactlyInAnyOrderElementsOf(
            MetricCatalogue.of(MetricSpec.Source.OPERATOR).stream().map(MetricSpec::name).toList());
  }
}
