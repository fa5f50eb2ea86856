package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Customers do not notice that Kubernetes is away. The kubelets' watches come back up to half a
 * minute after it, so this comes last.
 */
@Order(13)
class ApiOutageTest {

  @Test
  void theApiServerGoneForAMinuteGoesUnnoticed() {
    LocalProduct product = SharedCluster.product();
    Api api = product.api();
    product.cluster("stop-apiserver");
    long stopped = System.nanoTime();
    List<String> ids = new ArrayList<>();
    try {
      int number = 100;
      while (System.nanoTime() - stopped < Duration.ofSeconds(60).toNanos()) {
        String id = api.submit(Jobs.small(number++));
        ids.add(id);
        Jobs.awaitCompleted(api, List.of(id));
      }
    } finally {
      product.cluster("start-apiserver");
    }
    assertThat(ids).hasSizeGreaterThan(3);
  }
}
