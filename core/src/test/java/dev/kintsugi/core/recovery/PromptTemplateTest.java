package dev.kintsugi.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTemplateTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A red ball, bouncing.       | red ball bouncing   | * ball bouncing",
        "the  RED ball -- bouncing!  | red ball bouncing   | * ball bouncing",
        "two blue balls bouncing     | two blue balls bouncing | * balls bouncing",
        "12 balls                    | 12 balls            | balls",
        "Ａ ｗｉｄｅ shot            | wide shot           | wide shot",
        "一只红色的猫，在草地上奔跑。 | 红色的猫在草地上奔跑 | *猫在草地上奔跑",
        "那只 黑色的 猫 在草地上奔跑  | 黑色的猫在草地上奔跑 | *猫在草地上奔跑",
        "三只猫                      | 三猫                | 猫",
        "a reddish ball              | reddish ball        | reddish ball",
        "golden gate bridge          | golden gate bridge  | * gate bridge",
      })
  void ruleByRule(String prompt, String text, String template) {
    assertThat(PromptTemplate.of(prompt)).isEqualTo(new PromptTemplate(text, template));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a red ball | a red cube",
        "a cat runs | a cat sleeps",
        "猫在奔跑 | 狗在奔跑",
      })
  void anotherSceneIsAnotherTemplate(String one, String other) {
    assertThat(PromptTemplate.of(one).template()).isNotEqualTo(PromptTemplate.of(other).template());
  }
}
