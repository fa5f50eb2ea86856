package dev.kintsugi.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} is the catalogue, written for people. */
class MetricDocsTest {

  private static final Path COMMITTED = Path.of("..", "docs", "metrics.md");

  @Test
  void theCommittedListIsTheCatalogue() throws IOException {
    if (Boolean.getBoolean("kintsugi.metrics.write")) {
      Files.writeString(COMMITTED, written());
    }
    assertThat(COMMITTED)
        .as("write it anew: deploy/bin/mvn -pl protocol test -Dkintsugi.metrics.write=true")
        .content()
        .isEqualTo(written());
  }

  private static String written() {
    StringBuilder out =
        new StringBuilder(
            """
            # Metrics

            Every metric of every process, written from `MetricCatalogue`; a test holds both together. Counters carry `_total`, histograms
            `_bucket`, `_sum` and `_count` on top of the name here. The JVM's own (`jvm_*`, `process_*`) come beside them.
            `GET /metrics` needs no key. Who accepts OpenMetrics gets exemplars with `trace_id`.

            Scraping adds `namespace`, `pod` and `node`, and to inference nodes also `service` (`namespace/name`), `revision` and `pool`:
            see [operating/observability.md](operating/observability.md).
            """);
    for (MetricSpec.Source source : MetricSpec.Source.values()) {
      out.append("\n## ").append(title(source)).append("\n\n");
      out.append("| metric | kind | labels | is |\n|---|---|---|---|\n");
      for (MetricSpec spec : MetricCatalogue.of(source)) {
        out.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    spec.name(),
                    spec.kind().name().toLowerCase(Locale.ROOT),
                    spec.labels().stream()
                        .map(label -> "`" + label + "`")
                        .collect(Collectors.joining(", ")),
                    spec.help()));
      }
    }
    return out.toString();
  }

  private static String title(MetricSpec.Source source) {
    String words = source.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
