package dev.kintsugi.operators.kube;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.RunningOperator;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What an operator knows when it begins, on a real API server. */
class FreshReadsTest {

  private static final List<String> KINDS =
      List.of("diffusionservices", "modelrollouts", "deployments", "pods", "networkpolicies");

  @Test
  void anOperatorBeginsWithWhatIsThereAndNotWithWhatACacheRemembers() throws Exception {
    Queue<URI> asked = new ConcurrentLinkedQueue<>();
    try (var plane = new FakeControlPlane();
        var operator =
            RunningOperator.start(
                RunningOperator.SETTINGS, ApiServer.get().client(asked::add), plane)) {
      eventually()
          .untilAsserted(() -> KINDS.forEach(kind -> assertThat(lists(asked, kind)).isNotEmpty()));
      eventually().until(operator.runtime()::healthy);
      assertThat(asked)
          .extracting(URI::getQuery)
          .filteredOn(query -> query != null && !query.contains("watch=true"))
          .noneMatch(query -> query.contains("resourceVersion=0"));
    }
  }

  private static List<URI> lists(Queue<URI> asked, String kind) {
    return asked.stream()
        .filter(uri -> uri.getPath().endsWith("/" + kind))
        .filter(uri -> uri.getQuery() != null && uri.getQuery().contains("limit="))
        .toList();
  }
}
