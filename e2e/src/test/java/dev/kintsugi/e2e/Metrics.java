package dev.kintsugi.e2e;

import java.util.List;
import java.util.Set;

/** One look at the control plane's metrics. */
record Metrics(List<String> lines) {

  static Metrics of(LocalProduct product) {
    return new Metrics(product.api().get("/metrics").body().lines().toList());
  }

  /** Sum over the series of a metric that carry all these labels, such as {@code state="free"}. */
  double sum(String name, String... labels) {
    return lines.stream()
        .filter(line -> Set.of(name, name + "_total").contains(line.split("[{ ]", 2)[0]))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
