package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Brackets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestedBracketsTest {

  private static final String LONG = "x".repeat(512);

  @ParameterizedTest
  @CsvSource({
    "a cat,0",
    "(a) [b] {c},1",
    "(a [b]),2",
    "【一只「猫」】,2",
    "《书〈名〉》,2",
    "（全角［括号｛三层｝］）,3",
    "〔〖x〗〕,2",
    ")))(,1",
    "((((,4",
    "(a) b) (c,1",
    "„quoted“ „twice“,0",
    "\"(one)\",1",
  })
  void everyKindOfBracketCounts(String prompt, int depth) {
    assertThat(Brackets.depth(prompt)).isEqualTo(depth);
    assertThat(PromptTraits.of(prompt).bracketDepth()).isEqualTo(depth);
  }

  @Test
  void aLongPromptWithNestedBracketsIsHeld() {
    Screening told = decide("𝔸 (b) (c [d] e) f" + LONG, ScreeningPolicy.DEFAULT);
    assertThat(told).isInstanceOf(Screening.HoldForReview.class);
    Reason reason = told.reasons().getFirst();
    assertThat(reason.rule()).isEqualTo(Rule.NESTED_BRACKETS);
    assertThat(reason.text()).isEqualTo("(c [d] e)");
    assertThat(reason.start()).isEqualTo(6);
    assertThat(reason.end()).isEqualTo(15);
    assertThat(reason.message())
        .startsWith("529 characters with brackets 2 deep: a person looks at it first.");
    assertThat(decide("((" + LONG, ScreeningPolicy.DEFAULT).reasons().getFirst().text())
        .as("never closed: to the end")
        .isEqualTo("((" + LONG);
  }

  @Test
  void aShortOneOrOneWithoutNestedBracketsIsNot() {
    assertThat(decide("((a))", ScreeningPolicy.DEFAULT)).isInstanceOf(Screening.Accept.class);
    assertThat(decide("((a))" + "x".repeat(507), ScreeningPolicy.DEFAULT))
        .isInstanceOf(Screening.Accept.class);
    assertThat(decide("((a))" + "x".repeat(508), ScreeningPolicy.DEFAULT))
        .isInstanceOf(Screening.HoldForReview.class);
    assertThat(decide("(a)(b)" + LONG, ScreeningPolicy.DEFAULT))
        .isInstanceOf(Screening.Accept.class);
  }

  @Test
  void limitsAreThePolicysAsFarAsTheyAreStricter() {
    ScreeningPolicy strict = ScreeningPolicy.of(Map.of("reviewLength", 10, "bracketDepth", 3));
    assertThat(decide("((a)) longer than ten", strict)).isInstanceOf(Screening.Accept.class);
    assertThat(decide("(((a))) longer than ten", strict))
        .isInstanceOf(Screening.HoldForReview.class);
    assertThat(decide("((a))" + LONG, strict))
        .as("too long to be taken without a review")
        .isInstanceOf(Screening.HoldForReview.class);
  }

  @Test
  void aReviewedPromptKeepsItsOtherReasons() {
    Screening told =
        decide("((a)) run run run run run run " + LONG.repeat(2), ScreeningPolicy.DEFAULT);
    assertThat(told).isInstanceOf(Screening.HoldForReview.class);
    assertThat(told.reviewed()).isInstanceOf(Screening.SuggestRewrite.class);
    assertThat(decide("((a))" + LONG, ScreeningPolicy.DEFAULT).reviewed())
        .isEqualTo(new Screening.Accept());
  }

  private static Screening decide(String prompt, ScreeningPolicy policy) {
    return Screener.decide(prompt, policy);
  }
}
