package dev.kintsugi.controlplane.knowledge;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which cases are looked for; all of it together.
 *
 * @param text words of the prompt, the message, or the family's notes; null for any
 * @param equal columns of the ledger and the values they must have, {@code family} not among them
 * @param family id of a family that is not merged into another; null for any
 * @param features all of which the prompt must have
 * @param since inclusive; null for no bound
 * @param until exclusive; null for no bound
 */
public record Ask(
    @Nullable String text,
    Map<String, String> equal,
    @Nullable String family,
    List<String> features,
    @Nullable Instant since,
    @Nullable Instant until) {

  /** Columns that {@link #equal} may name. */
  static final Set<String> KEYS =
      Set.of(
          "failure_class",
          "attribution",
          "kind",
          "service",
          "revision",
          "node_id",
          "rung",
          "job_id");
}
