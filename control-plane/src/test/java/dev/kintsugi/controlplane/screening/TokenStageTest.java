package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.controlplane.screening.TokenStage.Measured;
import dev.kintsugi.controlplane.screening.TokenStage.OtherWording;
import dev.kintsugi.controlplane.screening.TokenStage.Question;
import dev.kintsugi.controlplane.screening.TokenStage.TooLong;
import dev.kintsugi.controlplane.tokens.TokenCounter;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screening;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** With a tokenizer that counts words, and one for the end. */
class TokenStageTest {

  private static final int LIMIT = 8;

  private final List<String> asked = new ArrayList<>();
  private @Nullable String anew;
  private final TokenCounter words =
      (service, texts) -> {
        asked.addAll(texts);
        return Optional.of(texts.stream().map(text -> text.split(" ").length + 1).toList());
      };

  private Said<Optional<Measured>> look(
      TokenCounter counter, String prompt, @Nullable String suggestion, Predicate<String> passes)
      throws InterruptedException {
    return new TokenStage(counter, (service, text) -> Optional.ofNullable(anew))
        .look(new Question("studio/wan", prompt, suggestion, LIMIT), passes);
  }

  private TooLong tooLong(String prompt, @Nullable String suggestion, Predicate<String> passes)
      throws InterruptedException {
    return look(words, prompt, suggestion, passes)
                instanceof Said.Word<Optional<Measured>>(var measured)
            && measured.orElseThrow() instanceof TooLong found
        ? found
        : null;
  }

  @Test
  void thePromptIsSuggestedWithoutItsLastClauses() throws InterruptedException {
    TooLong found =
        tooLong("a cat on a beach, at night, in soft and warm light", null, text -> true);
    assertThat(found.reason().rule()).isEqualTo(Rule.TOKEN_LIMIT);
    assertThat(found.reason().text()).isEqualTo(", in soft and warm light");
    assertThat(found.reason().start()).isEqualTo(26);
    assertThat(found.reason().end()).isEqualTo(50);
    assertThat(found.reason().message()).contains("has 13 tokens").contains("at most 8");
    assertThat(found.suggestion()).isEqualTo("a cat on a beach, at night");
  }

  @Test
  void whatElseASuggestionMustPassItPasses() throws InterruptedException {
    String prompt = "a cat on a beach, at night, in soft and warm light";
    assertThat(tooLong(prompt, null, text -> !text.contains("night")).suggestion())
        .isEqualTo("a cat on a beach");
    assertThat(tooLong(prompt, null, text -> false).suggestion()).isNull();
    assertThat(tooLong(prompt, "a cat", text -> false).suggestion())
        .as("one that was made before and is short")
        .isEqualTo("a cat");
    assertThat(
            tooLong(prompt, "one two three four five six seven eight", text -> true).suggestion())
        .isEqualTo("a cat on a beach, at night");
  }

  @Test
  void aPromptThatCanBeSaidBrieflyIsSaidSo() throws InterruptedException {
    String prompt = "a cat on a beach, at night, in soft and warm light";
    anew = "a cat, warm light, static camera";
    assertThat(tooLong(prompt, null, text -> true).suggestion()).isEqualTo(anew);
    anew = "a cat on a beach at night, warm light, static camera";
    assertThat(tooLong(prompt, null, text -> true).suggestion())
        .as("that is too long itself")
        .isEqualTo("a cat on a beach, at night");
  }

  @Test
  void withoutClausesItEndsWithAWord() throws InterruptedException {
    assertThat(
            tooLong("one two three four five six seven eight nine", null, text -> true)
                .suggestion())
        .isEqualTo("one two three four five six seven");
    assertThat(tooLong("🎉".repeat(3) + " b c d e f g h i", null, text -> true).reason().start())
        .as("in code points")
        .isEqualTo(15);
  }

  /** Nobody who follows a suggestion is told next that it is too long. */
  @Test
  void aSuggestionThatIsTooLongItselfIsNotMadeToAPromptThatIsNot() throws InterruptedException {
    String prompt = "a girl feels lonely";
    String longer = "a girl, lonely mood, soft natural light, static camera";
    assertThat(look(words, prompt, longer, text -> true)).isEqualTo(instead(null));
    anew = "a lonely girl";
    assertThat(look(words, prompt, longer, text -> true)).isEqualTo(instead("a lonely girl"));
    anew = longer;
    assertThat(look(words, prompt, longer, text -> true)).isEqualTo(instead(null));
    assertThat(look(words, "猫", longer, text -> true))
        .as("a prompt that needs no counting")
        .isEqualTo(instead(null));
    assertThat(look(words, prompt, "a girl, static camera", text -> true))
        .isEqualTo(new Said.Word<>(Optional.empty()));
    Reason vague = new Reason(Rule.ABSTRACT, 0, 6, "a girl", "Say more.");
    Screening before = Screening.of(List.of(vague), longer);
    assertThat(new OtherWording("a cat").of(before))
        .isEqualTo(Screening.of(List.of(vague), "a cat"));
  }

  private static Said<Optional<Measured>> instead(@Nullable String suggestion) {
    return new Said.Word<>(Optional.of(new OtherWording(suggestion)));
  }

  @Test
  void onlyWhatCouldBeTooLongIsAskedFor() throws InterruptedException {
    for (String brief : List.of("", "a cat", "猫猫")) {
      assertThat(look(words, brief, null, text -> true))
          .isEqualTo(new Said.Word<>(Optional.empty()));
    }
    assertThat(asked).isEmpty();
    for (String perhaps : List.of("a cat 1", "猫猫猫", "&lt;", "ﷺ")) {
      look(words, perhaps, null, text -> true);
      assertThat(asked).as(perhaps).contains(perhaps);
    }
  }

  @Test
  void aPromptOfJustTheLimitIsLetBe() throws InterruptedException {
    assertThat(look(words, "one two three four five six seven", null, text -> true))
        .isEqualTo(new Said.Word<>(Optional.empty()));
    assertThat(asked).contains("one two three four five six seven");
    assertThat(tooLong("one two three four five six seven eight", null, text -> true)).isNotNull();
  }

  @Test
  void whenNobodyCountsNothingIsSaid() throws InterruptedException {
    assertThat(look((service, texts) -> Optional.empty(), "a cat on a beach", null, text -> true))
        .isEqualTo(new Said.Nothing<>(Why.UNAVAILABLE));
  }

  @Test
  void aNodeIsAskedForNoMoreThanItTakes() throws InterruptedException {
    look(words, "word, ".repeat(500) + "x".repeat(9_000), "y".repeat(9_000), text -> true);
    assertThat(asked).hasSize(32);
    assertThat(asked).allMatch(text -> text.length() <= 4_096);
  }
}
