package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;

import com.hankcs.hanlp.HanLP;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimplifiedHanTest {

  @Test
  void everyCharacterBecomesWhatHanLpMakesOfIt() {
    assertThat(IntStream.rangeClosed(Character.MIN_VALUE, Character.MAX_VALUE))
        .allSatisfy(
            c -> {
              String one = Character.toString(c);
              assertThat(SimplifiedHan.of(one)).isEqualTo(expected(one));
            });
  }

  /** What is no Han character, or has no simplified form of one char, stays. */
  private static String expected(String one) {
    boolean han = Character.UnicodeScript.of(one.codePointAt(0)) == Character.UnicodeScript.HAN;
    String simplified = han ? HanLP.convertToSimplifiedChinese(one) : one;
    return simplified.length() == 1 ? simplified : one;
  }
}
