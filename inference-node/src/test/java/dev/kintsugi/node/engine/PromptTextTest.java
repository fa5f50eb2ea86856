package dev.kintsugi.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTextTest {

  /** The right column is what diffusers' prompt_clean answers without ftfy. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "  a  cat |a cat",
        "cat &amp; dog|cat & dog",
        "cat &amp;amp; dog|cat & dog",
        "&lt;b&gt;|<b>",
        "3 &#62; 2|3 > 2",
        "caf&eacute;|café",
        "AT&T|AT&T",
        "a\u00a0b\u3000c\u2003d|a b c d",
        "一只猫，在跳舞|一只猫，在跳舞",
        "🎬 a  car 🚗|🎬 a car 🚗",
      })
  void cleansAsDiffusersDoes(String prompt, String clean) {
    assertThat(PromptText.clean(prompt)).isEqualTo(clean);
  }
}
