package dev.kintsugi.core.service;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The parts of a spec whose rules reach over several fields or several objects.
 *
 * @param claim what it serves to whom
 * @param requests amounts by resource name, in base units
 * @param limits amounts by resource name, in base units
 * @param env names in spec.runtime.env
 * @param nodeSelector of spec.runtime
 * @param poolNodeSelectors by pool name
 */
public record SpecFacts(
    ModelClaim claim,
    Map<String, BigDecimal> requests,
    Map<String, BigDecimal> limits,
    List<String> env,
    Map<String, String> nodeSelector,
    Map<String, Map<String, String>> poolNodeSelectors) {

  /**
   * A model name that a service claims.
   *
   * @param service {@code namespace/name}
   * @param tenants that may use it; empty means all
   */
  public record ModelClaim(String service, String model, List<String> tenants, Instant since) {

    boolean overlaps(ModelClaim other) {
      return tenants.isEmpty()
          || other.tenants.isEmpty()
          || tenants.stream().anyMatch(other.tenants::contains);
    }

    boolean olderThan(ModelClaim other) {
      int age = since.compareTo(other.since);
      return age < 0 || (age == 0 && service.compareTo(other.service) < 0);
    }
  }
}
