package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.core.dispatch.RevisionShare;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What each revision of a service had since the weights last changed. Every replica counts its own
 * claims: when each stays within a share, so does their sum.
 */
final class ShareTally {

  private Map<String, Integer> weights = Map.of();
  private final Map<String, Long> claimed = new HashMap<>();

  void weights(Map<String, Integer> next) {
    if (!next.equals(weights)) {
      weights = Map.copyOf(next);
      claimed.clear();
    }
  }

  void claimed(String revision) {
    claimed.merge(revision, 1L, Long::sum);
  }

  List<RevisionShare> shares() {
    return weights.entrySet().stream()
        .map(
            entry ->
                new RevisionShare(
                    entry.getKey(), entry.getValue(), claimed.getOrDefault(entry.getKey(), 0L)))
        .toList();
  }
}
