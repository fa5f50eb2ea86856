package dev.kintsugi.e2e;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What an operator sees of real jobs and a real failure, in the cluster's own Prometheus. */
@Order(9)
class ObservabilityTest {

  private static final Duration SCRAPES = Duration.ofMinutes(4);
  private static final String NO_GPU = "this machine has no GPU";
  private static final String NO_OBJECTIVE = "the demo has no objective";
  private static final String NO_ROLLOUT = "no version changes here";

  /** Metrics that a healthy hour on a machine like this does not fill, and why. */
  private static final Map<String, String> MAY_BE_EMPTY =
      Map.ofEntries(
          entry("kintsugi_node_temperature_celsius", NO_GPU),
          entry("kintsugi_node_power_watts", NO_GPU),
          entry("kintsugi_node_pcie_bytes_per_second", NO_GPU),
          entry("kintsugi_node_ecc_errors", NO_GPU),
          entry("kintsugi_node_prompt_drift", "hundreds of prompts come first"),
          entry("kintsugi_node_prompt_drift_limit", "hundreds of prompts come first"),
          entry("kintsugi_node_memory_growth_bytes_per_job", "a node runs many jobs first"),
          entry("kintsugi_node_pruned", "nothing is as old as that, and the disk is not full"),
          entry("kintsugi_slo_objective_ratio", NO_OBJECTIVE),
          entry("kintsugi_slo_current_ratio", NO_OBJECTIVE),
          entry("kintsugi_slo_budget_left_ratio", NO_OBJECTIVE),
          entry("kintsugi_slo_burn_rate", NO_OBJECTIVE),
          entry("kintsugi_slo_burn_limit", NO_OBJECTIVE),
          entry("kintsugi_slo_firing", NO_OBJECTIVE),
          entry("kintsugi_slo_state", NO_OBJECTIVE),
          entry("kintsugi_rollout_verdicts", NO_ROLLOUT),
          entry("kintsugi_rollout_evidence", NO_ROLLOUT),
          entry("kintsugi_rollout_carried_ratio", NO_ROLLOUT),
          entry("kintsugi_rollout_jobs", NO_ROLLOUT),
          entry("kintsugi_rollout_cut_delay_seconds", NO_ROLLOUT),
          entry("kintsugi_rollouts", NO_ROLLOUT),
          entry("kintsugi_rollout_rollbacks", NO_ROLLOUT),
          entry("kintsugi_rollout_duration_seconds", NO_ROLLOUT),
          entry("kintsugi_rollout_return_seconds", NO_ROLLOUT),
          entry("kintsugi_rollout_shadow_pairs", NO_ROLLOUT),
          entry("kintsugi_cost_usd", "the demo has no price"),
          entry("kintsugi_leases_expired", "no control plane was lost"),
          entry("kintsugi_stale_results", "no control plane was lost"),
          entry("kintsugi_webhook_deliveries", "no receiver outside of the cluster is reachable"));

  private static LocalProduct product;
  private static Prometheus prometheus;
  private static FaultPort faults;

  @BeforeAll
  static void someJobsARefusalFailuresAndProbes() {
    product = SharedCluster.product();
    prometheus = new Prometheus(product.prometheusUrl());
    faults = FaultPort.open(product, 2);
    Api api = product.api();
    faults.pods().forEach(pod -> faults.arm(pod, Map.of("kind", "oom", "count", 1)));
    faults.arm(faults.pods().getFirst(), Map.of("kind", "nan", "count", 1, "step", 2));
    List<String> ids = Jobs.submit(api, List.of(Jobs.slow(4_001), Jobs.small(4_002)));
    assertThat(api.post("/v1/videos", Map.of("model", "wan-tiny")).status()).isEqualTo(400);
    Jobs.awaitCompleted(api, ids);
    faults.calm();
    faults.probe("{\"enabled\": true, \"interval\": \"1s\"}");
    await("the failure is scraped")
        .atMost(SCRAPES)
        .until(
            () ->
                !prometheus
                    .query("kintsugi_failure_timestamp_seconds{failure_class=\"oom\"}")
                    .isEmpty());
  }

  @AfterAll
  static void unprobed() {
    faults.probe("{\"enabled\": false}");
  }

  @Test
  void everyProcessIsScraped() {
    await("every target is up")
        .atMost(SCRAPES)
        .untilAsserted(
            () -> {
              Map<String, Set<String>> health = new TreeMap<>();
              for (JsonNode target : prometheus.targets()) {
                health
                    .computeIfAbsent(
                        target.path("labels").path("job").asText(), job -> new TreeSet<>())
                    .add(target.path("health").asText() + target.path("lastError").asText());
              }
              assertThat(health)
                  .containsOnlyKeys("control-plane", "inference-node", "operator")
                  .allSatisfy((job, all) -> assertThat(all).containsExactly("up"));
            });
  }

  @Test
  void everyQueryOfEveryPanelReturnsData() throws IOException {
    Map<String, String> queries = panelQueries();
    assertThat(queries).hasSizeGreaterThan(40);
    // Whatever is wrong in a query is wrong at once; data comes with the next scrapes.
    queries.values().forEach(prometheus::query);
    await("every panel shows something")
        .atMost(SCRAPES)
        .untilAsserted(
            () ->
                assertThat(
                        queries.entrySet().stream()
                            .filter(panel -> !mayBeEmpty(panel.getValue()))
                            .filter(panel -> prometheus.query(panel.getValue()).isEmpty()))
                    .isEmpty());
  }

  @Test
  void everyRuleIsLoadedAndItsSeriesExist() throws IOException {
    List<String> written = new ArrayList<>();
    for (Path file : files("dashboards/alerts")) {
      Files.readAllLines(file).stream()
          .filter(line -> line.contains("- alert: "))
          .forEach(line -> written.add(line.substring(line.indexOf(": ") + 2)));
    }
    List<String> loaded = new ArrayList<>();
    List<String> selectors = new ArrayList<>();
    for (JsonNode group : prometheus.ruleGroups()) {
      for (JsonNode rule : group.path("rules")) {
        loaded.add(rule.path("name").asText());
        assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok");
        Pattern.compile("kintsugi_\\w+(\\{[^}]*\\})?|up\\{[^}]*\\}")
            .matcher(rule.path("query").asText())
            .results()
            .map(MatchResult::group)
            .forEach(selectors::add);
      }
    }
    assertThat(loaded).containsExactlyInAnyOrderElementsOf(written);
    await("every rule has its series")
        .atMost(SCRAPES)
        .untilAsserted(
            () ->
                assertThat(
                        selectors.stream()
                            // How it would be is for promtool's tests; here they must be there.
                            .map(s -> s.replaceAll("(status|device|outcome)[!=~]+\"[^\"]*\"", ""))
                            .filter(selector -> !mayBeEmpty(selector))
                            .filter(selector -> prometheus.query(selector).isEmpty()))
                    .isEmpty());
  }

  @Test
  void everythingInTheCatalogueIsFilledAndNothingElseIsThere() {
    Map<String, String> bySeries = new TreeMap<>();
    for (MetricSpec spec : MetricCatalogue.all()) {
      List<String> endings =
          switch (spec.kind()) {
            case COUNTER -> List.of("_total");
            case GAUGE -> List.of("");
            case HISTOGRAM -> List.of("_bucket", "_sum", "_count");
          };
      endings.forEach(ending -> bySeries.put(spec.name() + ending, spec.name()));
    }
    await("every metric of the catalogue is filled")
        .atMost(SCRAPES)
        .untilAsserted(
            () -> {
              Set<String> found = prometheus.names();
              assertThat(found.stream().filter(name -> name.startsWith("kintsugi_")))
                  .isSubsetOf(bySeries.keySet());
              assertThat(
                      bySeries.entrySet().stream()
                          .filter(series -> !MAY_BE_EMPTY.containsKey(series.getValue()))
                          .map(Map.Entry::getKey)
                          .filter(series -> !found.contains(series)))
                  .isEmpty();
            });
  }

  @Test
  void samplesLeadToTheTraceOfAJob() {
    Set<String> ofJobs = new TreeSet<>();
    for (JsonNode video : product.api().get("/v1/videos?limit=100").json().path("data")) {
      ofJobs.add(video.path("trace_id").asText());
    }
    await("a sample names one of the jobs")
        .atMost(SCRAPES)
        .untilAsserted(
            () ->
                assertThat(traces("kintsugi_job_duration_seconds_bucket"))
                    .isNotEmpty()
                    .containsAnyElementsOf(ofJobs));
  }

  private static Set<String> traces(String selector) {
    Set<String> traces = new TreeSet<>();
    for (JsonNode series : prometheus.exemplars(selector)) {
      for (JsonNode exemplar : series.path("exemplars")) {
        traces.add(exemplar.path("labels").path("trace_id").asText());
      }
    }
    return traces;
  }

  /** By dashboard, panel and letter, with Grafana's variables filled in. */
  private static Map<String, String> panelQueries() throws IOException {
    Map<String, String> queries = new TreeMap<>();
    for (Path file : files("dashboards/grafana")) {
      for (JsonNode panel : new ObjectMapper().readTree(file.toFile()).path("panels")) {
        for (JsonNode target : panel.path("targets")) {
          queries.put(
              file.getFileName()
                  + " · "
                  + panel.path("title").asText()
                  + " · "
                  + target.path("refId").asText(),
              target
                  .path("expr")
                  .asText()
                  .replace("$__rate_interval", "2m")
                  .replace("$__range", "1h")
                  .replaceAll("\\$\\w+", ".*"));
        }
      }
    }
    return queries;
  }

  private static boolean mayBeEmpty(String query) {
    return MAY_BE_EMPTY.keySet().stream()
        .anyMatch(metric -> query.matches("(?s).*\\b" + metric + "(_total|_bucket)?\\b.*"));
  }

  private static List<Path> files(String directory) throws IOException {
    try (Stream<Path> files = Files.list(Checkout.root().resolve(directory))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
