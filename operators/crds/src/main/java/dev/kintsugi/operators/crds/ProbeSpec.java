package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * How nodes are probed. A change replaces no pod.
 *
 * @param enabled false switches probing off
 * @param prompt of every probe
 * @param interval between two proofs that a node works, such as {@code 30s}
 * @param timeout a probe that takes longer has failed
 * @param failures in a row that take a node out of dispatch
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProbeSpec(
    @JsonProperty("enabled")
        @Default("true")
        @JsonPropertyDescription("False switches probing off; nodes that were out are in again.")
        Boolean enabled,
    @JsonProperty("prompt")
        @Default(ProbeSpec.DEFAULT_PROMPT)
        @Size(min = 1, max = 512)
        @ValidationRule(
            value = "self.trim().size() > 0",
            message = "spec.probe.prompt must not be blank")
        @JsonPropertyDescription("Prompt of every probe; the seed is always the same.")
        String prompt,
    @JsonProperty("interval")
        @Default(ProbeSpec.DEFAULT_INTERVAL)
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE + " && duration(self) <= duration('24h')",
            message =
                "spec.probe.interval must be a positive duration such as 30s or 5m, at most 24h;"
                    + " spec.probe.enabled: false switches probing off")
        @JsonPropertyDescription(
            "Time between two proofs that a node works. A customer's job completed as asked is"
                + " one too.")
        String interval,
    @JsonProperty("timeout")
        @Default(ProbeSpec.DEFAULT_TIMEOUT)
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE + " && duration(self) <= duration('24h')",
            message =
                "spec.probe.timeout must be a positive duration such as 60s or 5m, at most 24h")
        @JsonPropertyDescription("A probe that takes longer has failed.")
        String timeout,
    @JsonProperty("failures")
        @Default("3")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription("Failures in a row that take a node out of dispatch.")
        Integer failures) {

  static final String DEFAULT_PROMPT = "a red ball bouncing on the beach";
  static final String DEFAULT_INTERVAL = "30s";
  static final String DEFAULT_TIMEOUT = "60s";
  static final int DEFAULT_FAILURES = 3;

  public ProbeSpec {
    enabled = Objects.requireNonNullElse(enabled, true);
    prompt = Objects.requireNonNullElse(prompt, DEFAULT_PROMPT);
    interval = Objects.requireNonNullElse(interval, DEFAULT_INTERVAL);
    timeout = Objects.requireNonNullElse(timeout, DEFAULT_TIMEOUT);
    failures = Objects.requireNonNullElse(failures, DEFAULT_FAILURES);
  }

  /** As the schema defaults it. */
  public static ProbeSpec defaults() {
    return new ProbeSpec(true, DEFAULT_PROMPT, DEFAULT_INTERVAL, DEFAULT_TIMEOUT, DEFAULT_FAILURES);
  }
}
