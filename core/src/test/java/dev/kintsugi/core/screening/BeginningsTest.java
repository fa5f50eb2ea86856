package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BeginningsTest {

  @Test
  void theyEndWithClausesAndWhereThereAreNoneWithWords() {
    assertThat(Beginnings.of(" a cat, at night ... in soft light. ", 9))
        .containsExactly("a cat", "a cat, at night");
    assertThat(Beginnings.of("一只猫，在夜里。很安静", 9)).containsExactly("一只猫", "一只猫，在夜里");
    assertThat(Beginnings.of("a cat at night", 9)).containsExactly("a", "a cat", "a cat at");
    assertThat(Beginnings.of("cat", 9)).isEmpty();
    assertThat(Beginnings.of("", 9)).isEmpty();
    assertThat(Beginnings.of(",,,,", 9)).isEmpty();
  }

  @Test
  void ofManyTheyAreChosenEvenlyAndTheLongestIsAmongThem() {
    List<String> some = Beginnings.of("ab,".repeat(1_000) + "c", 10);
    assertThat(some).hasSize(10);
    assertThat(some.getFirst()).hasSize(299);
    assertThat(some.getLast()).hasSize(2_999);
  }
}
