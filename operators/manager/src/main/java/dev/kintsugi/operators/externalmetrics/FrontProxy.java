package dev.kintsugi.operators.externalmetrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.fleet.ExternalMetricsKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the cluster's API servers show who they are when they pass a request on.
 *
 * @param authority PEM of the authority that vouches for them
 * @param names their common names; empty means any
 */
record FrontProxy(String authority, List<String> names) {

  private static final ObjectMapper JSON = new ObjectMapper();

  FrontProxy {
    names = List.copyOf(names);
  }

  /**
   * From the ConfigMap {@code kube-system/extension-apiserver-authentication}. Empty when the
   * cluster has no aggregation layer.
   */
  static Optional<FrontProxy> of(Map<String, String> published) {
    String authority = published.getOrDefault("requestheader-client-ca-file", "");
    if (authority.isBlank()) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    try {
      for (JsonNode name :
          JSON.readTree(published.getOrDefault("requestheader-allowed-names", "[]"))) {
        names.add(name.asText());
      }
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    return Optional.of(new FrontProxy(authority, names));
  }

  Map<String, String> texts() {
    return Map.of(
        ExternalMetricsKeys.PROXY_AUTHORITY,
        authority,
        ExternalMetricsKeys.PROXY_NAMES,
        String.join("\n", names));
  }
}
