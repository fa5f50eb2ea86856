package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plain HorizontalPodAutoscaler, as it is in the examples, on the demo service. */
@Order(12)
class ScalingTest {
  private static final Logger LOG = LoggerFactory.getLogger(ScalingTest.class);
  private static final String QPS =
      "/apis/external.metrics.k8s.io/v1beta1/namespaces/studio/video_qps";

  private static LocalProduct product;

  @BeforeAll
  static void up() {
    product = SharedCluster.product();
    // The example's bounds are 2 and 10; this machine has room for three.
    bound(3);
    product.kubectl("apply", "-f", "deploy/examples/hpa.yaml");
  }

  @AfterAll
  static void asBefore() {
    product.kubectl("delete", "-f", "deploy/examples/hpa.yaml");
    product.kubectl("scale", "-n", "studio", "dsvc/wan-tiny", "--replicas=1");
    bound(2);
    eventually("two pods are left").until(() -> pods().size() == 2);
  }

  private static void bound(int pods) {
    product.kubectl(
        "patch",
        "dsvc",
        "-n",
        "studio",
        "wan-tiny",
        "--type=json",
        "-p",
        "[{\"op\":\"add\",\"path\":\"/spec/pools/0/maxReplicas\",\"value\":" + pods + "}]");
  }

  private static ConditionFactory eventually(String what) {
    return await(what).atMost(Duration.ofMinutes(8)).pollInterval(Duration.ofMillis(500));
  }

  private static Set<String> pods() {
    Set<String> names = new HashSet<>();
    product.nodePods().lines().forEach(line -> names.add(line.split(" ")[0]));
    return names;
  }

  private static String field(String kind, String path) {
    return product.kubectl(
        "get", kind, "-n", "studio", "wan-tiny", "-o", "jsonpath={" + path + "}");
  }

  private static boolean ready(int pods) {
    return field("dsvc", ".status.ready").equals(pods + "/" + pods);
  }

  @Test
  void podsFollowTheLoadAndNoJobIsLost() {
    Api api = product.api();
    eventually("API servers reach the metric")
        .until(() -> product.tryKubectl("get", "--raw", QPS).output().contains("\"items\":[{"));
    eventually("the autoscaler reads it")
        .until(
            () ->
                field("hpa", ".status.conditions[?(@.type=='ScalingActive')].status")
                    .equals("True"));
    eventually("two pods are there").until(() -> pods().size() == 2);

    long began = System.nanoTime();
    List<String> ids = new ArrayList<>();
    while (!ready(3)) {
      assertThat(ids).as("jobs before a third pod is ready").hasSizeLessThan(2400);
      ids.addAll(burst(api, ids.size()));
      awaitThird();
    }
    LOG.info("up after {} s", (System.nanoTime() - began) / 1_000_000_000);
    Set<String> three = pods();
    assertThat(three).hasSize(3);

    // Little load, but every pod is busy when one has to go: with what waits, or with these.
    List<String> slow = Jobs.submit(api, List.of(Jobs.slow(51), Jobs.slow(52), Jobs.slow(53)));
    long fell = System.nanoTime();
    int number = 60;
    while (!field("dsvc", ".spec.replicas").equals("2")) {
      long running = slow.stream().filter(id -> !api.status(id).equals("completed")).count();
      if (running < 4) {
        slow.add(api.submit(Jobs.slow(number++)));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - fell)).isLessThan(Duration.ofMinutes(8));
    }
    eventually("one pod is gone").until(() -> pods().size() == 2 && ready(2));
    LOG.info("down after {} s", (System.nanoTime() - fell) / 1_000_000_000);
    assertThat(three).containsAll(pods());

    ids.addAll(slow);
    awaitEnded(api, ids);
    assertThat(ids).allSatisfy(id -> assertThat(Jobs.attempts(api, id)).isEqualTo(1));
    eventually("an event tells of it").until(() -> events().contains("ScalingDown"));
  }

  /** More than six jobs a second over the ten that the metric looks back here. */
  private static List<String> burst(Api api, int first) {
    try (ExecutorService customers = Executors.newFixedThreadPool(8)) {
      return IntStream.range(first, first + 80)
          .mapToObj(
              i ->
                  customers.submit(
                      () ->
                          api.submit(
                              Jobs.request("a red ball bouncing on the beach", 1, 5000 + i))))
          .toList()
          .stream()
          .map(ScalingTest::answer)
          .toList();
    }
  }

  private static String answer(Future<String> submitted) {
    try {
      return submitted.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** No longer than the load of a burst is seen. */
  private static void awaitThird() {
    try {
      await().atMost(Duration.ofSeconds(7)).until(() -> ready(3));
    } catch (ConditionTimeoutException goOn) {
      LOG.info("the load goes on: {}", goOn.getMessage());
    }
  }

  /** Every one of them has its video; the frames of so many are not looked at. */
  private static void awaitEnded(Api api, List<String> ids) {
    eventually("all of " + ids.size() + " jobs complete")
        .untilAsserted(
            () ->
                assertThat(ids.stream().map(api::status).filter(s -> !s.equals("completed")))
                    .isEmpty());
  }

  private static Set<String> events() {
    return new HashSet<>(
        product
            .kubectl("get", "events", "-n", "studio", "-o", "jsonpath={.items[*].reason}")
            .lines()
            .flatMap(line -> List.of(line.split(" ")).stream())
            .toList());
  }
}
