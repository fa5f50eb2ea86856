package dev.kintsugi.core.service;

import dev.kintsugi.core.service.SpecFacts.ModelClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Rules that a schema cannot express. Every problem is reported, not only the first. */
public final class SpecRules {

  private SpecRules() {}

  /**
   * @param others claims of every other service of the cluster to the same model
   * @param reservedEnv names of environment variables that the operator sets itself
   */
  public static List<SpecProblem> check(
      SpecFacts spec, List<ModelClaim> others, Set<String> reservedEnv) {
    List<SpecProblem> problems = new ArrayList<>();
    claims(spec.claim(), others, problems);
    resources(spec, problems);
    for (String name : spec.env()) {
      if (reservedEnv.contains(name)) {
        problems.add(
            new SpecProblem(
                "spec.runtime.env[" + name + "]", "is set by the operator; leave it out"));
      }
    }
    selectors(spec, problems);
    return List.copyOf(problems);
  }

  private static void claims(ModelClaim mine, List<ModelClaim> others, List<SpecProblem> problems) {
    others.stream()
        .filter(other -> !other.service().equals(mine.service()))
        .filter(other -> other.model().equals(mine.model()))
        .filter(other -> other.overlaps(mine) && other.olderThan(mine))
        .map(ModelClaim::service)
        .sorted()
        .findFirst()
        .ifPresent(
            other ->
                problems.add(
                    new SpecProblem(
                        "spec.model.name",
                        "'%s' is already served by %s to some of the same tenants; use another name or disjoint spec.tenants"
                            .formatted(mine.model(), other))));
  }

  private static void resources(SpecFacts spec, List<SpecProblem> problems) {
    new TreeMap<>(spec.requests())
        .forEach(
            (name, request) -> {
              var limit = spec.limits().get(name);
              boolean device = name.contains("/");
              if (limit != null && request.compareTo(limit) > 0) {
                problems.add(
                    new SpecProblem(
                        "spec.runtime.resources.requests." + name,
                        "must not exceed spec.runtime.resources.limits.%s (%s > %s)"
                            .formatted(name, request.toPlainString(), limit.toPlainString())));
              } else if (device && (limit == null || request.compareTo(limit) != 0)) {
                problems.add(
                    new SpecProblem(
                        "spec.runtime.resources.requests." + name,
                        "a device cannot be shared: limits." + name + " must be the same"));
              }
            });
  }

  private static void selectors(SpecFacts spec, List<SpecProblem> problems) {
    new TreeMap<>(spec.poolNodeSelectors())
        .forEach(
            (pool, selector) ->
                new TreeMap<>(selector)
                    .forEach(
                        (key, value) -> {
                          String general = spec.nodeSelector().get(key);
                          if (general != null && !general.equals(value)) {
                            problems.add(
                                new SpecProblem(
                                    "spec.pools[%s].nodeSelector.%s".formatted(pool, key),
                                    "'%s' contradicts '%s' in spec.runtime.nodeSelector: no machine can have both"
                                        .formatted(value, general)));
                          }
                        }));
  }
}
