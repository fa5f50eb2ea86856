package dev.kintsugi.core.screening;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of several policies a service has: the one that names it, or else the one for its whole
 * namespace. Of two for the same, the older is in force, so that a new one never takes a service
 * away unseen.
 */
public final class PolicyChoice {

  private static final Comparator<Claim> OLDEST_FIRST =
      Comparator.comparing(Claim::since).thenComparing(Claim::name);

  private PolicyChoice() {}

  /**
   * What a policy wants to be for.
   *
   * @param name of the policy, in its namespace
   * @param service name of the service, in the same namespace; null for every one without a policy
   *     of its own
   * @param since when the policy was made
   */
  public record Claim(String namespace, String name, @Nullable String service, Instant since) {

    private boolean sameTarget(Claim other) {
      return namespace.equals(other.namespace)
          && (service == null ? other.service == null : service.equals(other.service));
    }
  }

  /** The older one that has what this one wants; empty when this one has it. */
  public static Optional<Claim> before(Claim claim, Collection<Claim> all) {
    return all.stream()
        .filter(claim::sameTarget)
        .min(OLDEST_FIRST)
        .filter(first -> !first.equals(claim));
  }

  /**
   * @param service {@code namespace/name}
   * @return the claim that governs it; empty for none
   */
  public static Optional<Claim> of(String service, Collection<Claim> all) {
    List<Claim> ours =
        all.stream()
            .filter(claim -> service.startsWith(claim.namespace() + "/"))
            .filter(
                claim ->
                    claim.service() == null
                        || service.equals(claim.namespace() + "/" + claim.service()))
            .toList();
    return ours.stream()
        .min(
            Comparator.comparing((Claim claim) -> claim.service() == null)
                .thenComparing(OLDEST_FIRST));
  }
}
