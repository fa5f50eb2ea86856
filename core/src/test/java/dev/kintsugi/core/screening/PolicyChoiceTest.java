package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.screening.PolicyChoice.Claim;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PolicyChoiceTest {

  private static Claim claim(String namespace, String name, @Nullable String service, int second) {
    return new Claim(namespace, name, service, Instant.ofEpochSecond(second));
  }

  private static final Claim WIDE = claim("studio", "all", null, 1);
  private static final Claim OWN = claim("studio", "wan", "wan", 5);
  private static final Claim LATE = claim("studio", "again", "wan", 6);
  private static final Claim TWIN = claim("studio", "wan-b", "wan", 5);
  private static final List<Claim> ALL = List.of(LATE, WIDE, TWIN, OWN);

  @Test
  void theOneThatNamesTheServiceIsItsPolicy() {
    assertThat(PolicyChoice.of("studio/wan", ALL)).contains(OWN);
    assertThat(PolicyChoice.of("studio/other", ALL)).contains(WIDE);
    assertThat(PolicyChoice.of("studio-b/wan", ALL)).isEmpty();
    assertThat(PolicyChoice.of("wan", ALL)).isEmpty();
  }

  @Test
  void theOlderOfTwoIsInForceAndOfTwinsTheFirstByName() {
    assertThat(PolicyChoice.before(OWN, ALL)).isEmpty();
    assertThat(PolicyChoice.before(LATE, ALL)).contains(OWN);
    assertThat(PolicyChoice.before(TWIN, ALL)).contains(OWN);
    assertThat(PolicyChoice.before(WIDE, ALL)).isEmpty();
    assertThat(PolicyChoice.before(LATE, List.of(LATE, WIDE))).isEmpty();
  }

  @Test
  void thresholdsThatAreNotSetAreAsUsual() {
    assertThat(ScreeningPolicy.of(Map.of())).isEqualTo(ScreeningPolicy.DEFAULT);
    assertThat(ScreeningPolicy.of(Map.of("emojiRun", 9)))
        .isEqualTo(new ScreeningPolicy(9, 6, 3, 3, 512, 2, 80, 20, 2));
    for (Threshold threshold : Threshold.values()) {
      assertThat(threshold.usual()).isBetween(threshold.least(), threshold.most());
      assertThat(Threshold.fromWire(threshold.wireName())).contains(threshold);
    }
  }
}
