package dev.kintsugi.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Dashboards, alert rules and docs name only metrics and labels that the catalogue has. */
class DashboardsTest {

  private static final Path ROOT = Path.of("..");
  private static final Set<String> SCRAPED = Set.of("job", "instance", "namespace", "pod", "node");
  private static final Set<String> SCRAPED_OF_NODES = Set.of("service", "revision", "pool");

  /** Of Prometheus itself and of the Java libraries. */
  private static final Pattern NOT_OURS = Pattern.compile("up|jvm_\\w+|process_\\w+");

  private record Query(String where, String expr) {}

  private record Alert(String name, String expr, Map<String, Object> annotations) {}

  @Test
  void queriesNameWhatTheCatalogueHas() {
    Map<String, Set<String>> known = labelsBySeries();
    assertThat(queries()).hasSizeGreaterThan(50);
    for (Query query : queries()) {
      Promql promql = Promql.of(query.expr());
      Set<String> ofTheQuery = new HashSet<>();
      promql
          .matchers()
          .forEach(
              (metric, labels) -> {
                if (NOT_OURS.matcher(metric).matches()) {
                  ofTheQuery.addAll(promql.grouping());
                  return;
                }
                assertThat(known).as(query.toString()).containsKey(metric);
                assertThat(known.get(metric)).as(query.toString()).containsAll(labels);
                ofTheQuery.addAll(known.get(metric));
              });
      assertThat(promql.matchers()).as(query.toString()).isNotEmpty();
      assertThat(ofTheQuery).as("grouping of " + query).containsAll(promql.grouping());
    }
  }

  @Test
  void everyMetricIsShownOrWatched() {
    Set<String> used = new HashSet<>();
    queries().forEach(query -> used.addAll(Promql.of(query.expr()).matchers().keySet()));
    assertThat(MetricCatalogue.all())
        .allSatisfy(spec -> assertThat(used).containsAnyElementsOf(series(spec)));
  }

  @Test
  void everyAlertHasARunbookATextAndATestThatItFiresAndClears() throws IOException {
    Map<String, Set<Boolean>> tested = new HashMap<>();
    for (Path file : files("dashboards/alerts/tests", ".yaml")) {
      for (Map<String, Object> test : list(yaml(file).get("tests"))) {
        for (Map<String, Object> at : list(test.get("alert_rule_test"))) {
          tested
              .computeIfAbsent((String) at.get("alertname"), name -> new HashSet<>())
              .add(!list(at.get("exp_alerts")).isEmpty());
        }
      }
    }
    assertThat(alerts()).extracting(Alert::name).doesNotHaveDuplicates();
    for (Alert alert : alerts()) {
      assertThat(alert.annotations().keySet())
          .as(alert.name())
          .containsExactlyInAnyOrder("summary", "description", "runbook_id");
      assertThat((String) alert.annotations().get("runbook_id"))
          .as(alert.name())
          .matches("[a-z]+(-[a-z]+)*");
      assertThat(tested.get(alert.name()))
          .as("tests of " + alert.name())
          .isEqualTo(Set.of(true, false));
    }
  }

  @Test
  void docsNameOnlyMetricsThatThereAre() throws IOException {
    Set<String> names = new HashSet<>(labelsBySeries().keySet());
    MetricCatalogue.all().forEach(spec -> names.add(spec.name()));
    Pattern name = Pattern.compile("\\bkintsugi_[a-z_]+[a-z]\\b");
    for (Path file : files("docs", ".md")) {
      assertThat(
              name.matcher(Files.readString(file))
                  .results()
                  .map(MatchResult::group)
                  .filter(found -> !names.contains(found)))
          .as(file.toString())
          .isEmpty();
    }
  }

  private static Map<String, Set<String>> labelsBySeries() {
    Map<String, Set<String>> known = new HashMap<>();
    for (MetricSpec spec : MetricCatalogue.all()) {
      for (String series : series(spec)) {
        Set<String> labels = new HashSet<>(spec.labels());
        labels.addAll(SCRAPED);
        if (spec.source() == MetricSpec.Source.INFERENCE_NODE) {
          labels.addAll(SCRAPED_OF_NODES);
        }
        if (series.endsWith("_bucket")) {
          labels.add("le");
        }
        known.put(series, labels);
      }
    }
    return known;
  }

  private static List<String> series(MetricSpec spec) {
    return switch (spec.kind()) {
      case COUNTER -> List.of(spec.name() + "_total");
      case GAUGE -> List.of(spec.name());
      case HISTOGRAM ->
          List.of(spec.name() + "_bucket", spec.name() + "_sum", spec.name() + "_count");
    };
  }

  private static List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    for (Path file : files("dashboards/grafana", ".json")) {
      for (JsonNode panel : json(file).get("panels")) {
        for (JsonNode target : panel.path("targets")) {
          queries.add(
              new Query(
                  file.getFileName() + ": " + panel.get("title").asText(),
                  target.get("expr").asText()));
        }
      }
    }
    alerts().forEach(alert -> queries.add(new Query(alert.name(), alert.expr())));
    return queries;
  }

  private static List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (Path file : files("dashboards/alerts", ".yaml")) {
      if (file.getParent().getFileName().toString().equals("tests")) {
        continue;
      }
      for (Map<String, Object> group : list(yaml(file).get("groups"))) {
        for (Map<String, Object> rule : list(group.get("rules"))) {
          alerts.add(
              new Alert(
                  (String) rule.get("alert"),
                  (String) rule.get("expr"),
                  map(rule.get("annotations"))));
        }
      }
    }
    return alerts;
  }

  private static List<Path> files(String directory, String ending) {
    try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> yaml(Path file) {
    try {
      return map(new Yaml().load(Files.readString(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object node) {
    return (List<Map<String, Object>>) node;
  }
}
