package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** After every scenario on the cluster. */
@Order(Integer.MAX_VALUE)
class MakeDownTest {

  @Test
  void makeDownLeavesNothingBehind() {
    SharedCluster.product();

    SharedCluster.down();

    Shell.Outcome leftovers = SharedCluster.leftovers();
    assertThat(leftovers.exitCode()).as(leftovers.output()).isZero();
  }
}
