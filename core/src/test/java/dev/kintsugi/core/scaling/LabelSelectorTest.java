package dev.kintsugi.core.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {

  private static final Map<String, String> LABELS = Map.of("service", "wan", "a.b/c", "");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|true",
        "service=wan|true",
        "service==wan|true",
        "service = wan|true",
        "service=other|false",
        "service!=other|true",
        "service!=wan|false",
        "model!=x|true",
        "service in (a, wan)|true",
        "service in (a,b)|false",
        "service notin (a,b)|true",
        "model notin (a)|true",
        "service|true",
        "model|false",
        "!model|true",
        "!service|false",
        "a.b/c=|true",
        "service=wan,!model|true",
        "service in (a,wan),service=other|false"
      })
  void selects(String text, boolean selected) {
    assertThat(LabelSelector.parse(text).orElseThrow().matches(LABELS)).isEqualTo(selected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"=a", "a=b,", "a in b", "a in (b", "a b", "a=b=c", "(", "a>1"})
  void whatIsNoSelectorIsRefused(String text) {
    assertThat(LabelSelector.parse(text)).isEmpty();
  }
}
