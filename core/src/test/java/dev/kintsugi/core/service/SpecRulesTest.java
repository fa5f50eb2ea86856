package dev.kintsugi.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.SpecFacts.ModelClaim;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpecRulesTest {

  private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATE = EARLY.plusSeconds(60);
  private static final Set<String> RESERVED = Set.of("KINTSUGI_MODEL");

  private static ModelClaim claim(String service, Instant since, String... tenants) {
    return new ModelClaim(service, "wan", List.of(tenants), since);
  }

  private static SpecFacts facts(ModelClaim claim) {
    return new SpecFacts(claim, Map.of(), Map.of(), List.of(), Map.of(), Map.of());
  }

  private static List<String> fields(SpecFacts facts, ModelClaim... others) {
    return SpecRules.check(facts, List.of(others), RESERVED).stream()
        .map(SpecProblem::field)
        .toList();
  }

  @Test
  void aValidSpecHasNoProblem() {
    var spec =
        new SpecFacts(
            claim("studio/one", LATE, "acme"),
            Map.of("cpu", BigDecimal.ONE, "nvidia.com/gpu", BigDecimal.ONE),
            Map.of("cpu", BigDecimal.TWO, "nvidia.com/gpu", BigDecimal.ONE),
            List.of("OMP_NUM_THREADS"),
            Map.of("gpu", "h200"),
            Map.of("main", Map.of("gpu", "h200", "zone", "a")));

    assertThat(fields(spec, claim("studio/two", EARLY, "umbrella"))).isEmpty();
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    var spec =
        new SpecFacts(
            claim("studio/one", LATE),
            Map.of("memory", new BigDecimal("4"), "nvidia.com/gpu", BigDecimal.ONE),
            Map.of("memory", new BigDecimal("2")),
            List.of("KINTSUGI_MODEL"),
            Map.of("gpu", "h200"),
            Map.of("main", Map.of("gpu", "a100")));

    var problems = SpecRules.check(spec, List.of(claim("studio/two", EARLY)), RESERVED);

    assertThat(problems)
        .extracting(SpecProblem::toString)
        .containsExactly(
            "spec.model.name: 'wan' is already served by studio/two to some of the same tenants;"
                + " use another name or disjoint spec.tenants",
            "spec.runtime.resources.requests.memory: must not exceed"
                + " spec.runtime.resources.limits.memory (4 > 2)",
            "spec.runtime.resources.requests.nvidia.com/gpu: a device cannot be shared:"
                + " limits.nvidia.com/gpu must be the same",
            "spec.runtime.env[KINTSUGI_MODEL]: is set by the operator; leave it out",
            "spec.pools[main].nodeSelector.gpu: 'a100' contradicts 'h200' in"
                + " spec.runtime.nodeSelector: no machine can have both");
  }

  @Test
  void theOlderClaimToANameStands() {
    assertThat(fields(facts(claim("studio/one", EARLY)), claim("studio/two", LATE))).isEmpty();
    assertThat(fields(facts(claim("studio/two", LATE)), claim("studio/one", EARLY)))
        .containsExactly("spec.model.name");
    assertThat(fields(facts(claim("studio/b", EARLY)), claim("studio/a", EARLY)))
        .containsExactly("spec.model.name");
  }

  @Test
  void disjointTenantsMayShareAName() {
    assertThat(
            fields(
                facts(claim("studio/two", LATE, "acme")), claim("studio/one", EARLY, "umbrella")))
        .isEmpty();
    assertThat(
            fields(
                facts(claim("studio/two", LATE, "acme")),
                claim("studio/one", EARLY, "umbrella", "acme")))
        .containsExactly("spec.model.name");
  }
}
