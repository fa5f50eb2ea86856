package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A rule at the front door of the demo service: what it stops, and what its samples come from. */
@Order(6)
class LearnedRuleTest {
  private static final String RULES = "/ops/v1/prompt-rules";
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Test
  void aRuleStopsItsPromptsUntilItIsTakenBack() {
    LocalProduct product = SharedCluster.product();
    Api api = product.api();
    Api ops = product.ops();
    JsonNode rule =
        ops.post(
                RULES,
                Map.of(
                    "service", "studio/wan-tiny",
                    "features", List.of("word:volcano"),
                    "stage", "enforced",
                    "pinned", true,
                    "note", "burns the lens"))
            .json();
    String id = rule.path("id").asText();
    assertThat(id).as(rule.toString()).startsWith("rule_");
    Map<String, Object> volcano = Jobs.request("a red VOLCANO on the beach", 4, 900);

    await("the rule acts")
        .atMost(PATIENCE)
        .until(
            () -> api.post("/v1/prompts/screen", volcano).json().path("verdict").asText(),
            "reject"::equals);
    JsonNode error = refused(api);
    assertThat(error.path("code").asText()).isEqualTo("prompt_rejected");
    assertThat(error.at("/reasons/0/rule").asText()).isEqualTo("learned_rule");
    assertThat(error.at("/reasons/0/text").asText()).isEqualTo("VOLCANO");
    await("it is counted, once a second")
        .atMost(PATIENCE)
        .until(() -> ops.get(RULES + "/" + id).json().path("stopped").asInt() > 0);

    JsonNode retired =
        ops.patch(RULES + "/" + id, Map.of("stage", "retired", "note", "mended")).json();
    assertThat(retired.path("stage").asText()).isEqualTo("retired");
    await("the rule is gone")
        .atMost(PATIENCE)
        .until(
            () -> api.post("/v1/prompts/screen", volcano).json().path("verdict").asText(),
            "accept"::equals);
    assertThat(product.kubectl("get", "dsvc", "-n", "studio")).contains("Ready");
  }

  /** One prompt in twenty is let through each time, to see whether the rule is still true. */
  private static JsonNode refused(Api api) {
    for (int i = 0; i < 10; i++) {
      Api.Answer answer =
          api.post("/v1/videos", Jobs.request("a red VOLCANO on the beach take" + i, 4, 900));
      if (answer.status() == 400) {
        return answer.json().path("error");
      }
    }
    throw new AssertionError("none of 10 was stopped");
  }
}
