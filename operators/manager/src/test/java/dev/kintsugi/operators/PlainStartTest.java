package dev.kintsugi.operators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainStartTest {

  @Test
  void theInnermostCauseIsTheReasonOnOneLine() {
    var failure =
        new IllegalStateException(
            "Error instantiating bean",
            new RuntimeException("wiring", new IllegalArgumentException("url is\n  wrong")));

    assertThat(PlainStart.reason(failure)).isEqualTo("url is wrong");
  }

  @Test
  void aCauseWithoutWordsIsNamedByItsKind() {
    assertThat(PlainStart.reason(new StackOverflowError())).isEqualTo("StackOverflowError");
  }
}
