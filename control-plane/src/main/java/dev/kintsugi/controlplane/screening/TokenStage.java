package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.controlplane.tokens.TokenCounter;
import dev.kintsugi.core.screening.Beginnings;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.core.screening.Tagger;
import dev.kintsugi.protocol.node.TokenCountRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a prompt, or what is suggested instead, is longer than its model follows, by that model's
 * own tokenizer.
 */
@Singleton
class TokenStage {

  /**
   * A token covers at least one byte, but for the one that begins a text and the one that ends it.
   */
  private static final int FRAME = 2;

  private static final int MOST_BEGINNINGS = TokenCountRequest.MOST_TEXTS - 2;

  private final TokenCounter tokens;
  private final BiFunction<String, String, Optional<String>> anew;

  @Inject
  TokenStage(TokenCounter tokens, Policies policies, Tagger tagger) {
    this(
        tokens,
        (service, prompt) ->
            Screener.anew(prompt, policies.of(service), policies.lexicon(service), tagger));
  }

  /**
   * @param anew a prompt to a service said briefly; empty where it cannot be
   */
  TokenStage(TokenCounter tokens, BiFunction<String, String, Optional<String>> anew) {
    this.tokens = tokens;
    this.anew = anew;
  }

  /**
   * What is asked.
   *
   * @param service {@code namespace/name}
   * @param suggestion that was made so far; null for none
   * @param limit tokens that are not too many
   */
  record Question(String service, String prompt, @Nullable String suggestion, int limit) {}

  /** What was found to be too long. */
  sealed interface Measured {

    /** What was decided before, with that. */
    Screening of(Screening before);
  }

  /**
   * The prompt is.
   *
   * @param suggestion that is not; null for none
   */
  record TooLong(Reason reason, @Nullable String suggestion) implements Measured {
    @Override
    public Screening of(Screening before) {
      return before.with(reason, suggestion);
    }
  }

  /**
   * Only what was suggested is.
   *
   * @param suggestion that is not, in its stead; null for none
   */
  record OtherWording(@Nullable String suggestion) implements Measured {
    @Override
    public Screening of(Screening before) {
      return Screening.of(before.reasons(), suggestion);
    }
  }

  /**
   * @param passes whether a wording offends against nothing else
   * @return empty where nothing is too long
   */
  Said<Optional<Measured>> look(Question asked, Predicate<String> passes)
      throws InterruptedException {
    if (surelyShort(asked.prompt(), asked.limit())
        && (asked.suggestion() == null || surelyShort(asked.suggestion(), asked.limit()))) {
      return new Said.Word<>(Optional.empty());
    }
    List<String> texts = new ArrayList<>(Beginnings.of(asked.prompt(), MOST_BEGINNINGS));
    int beginnings = texts.size();
    texts.add(asked.prompt());
    if (asked.suggestion() != null) {
      texts.add(asked.suggestion());
    }
    texts.replaceAll(TokenStage::cut);
    Optional<List<Integer>> counted = tokens.count(asked.service(), texts);
    if (counted.isEmpty()) {
      return new Said.Nothing<>(Why.UNAVAILABLE);
    }
    List<Integer> counts = counted.get();
    if (counts.get(beginnings) > asked.limit()) {
      return new Said.Word<>(Optional.of(tooLong(asked, texts, counts, passes)));
    }
    return new Said.Word<>(
        counts.getLast() <= asked.limit()
            ? Optional.empty()
            : Optional.of(new OtherWording(brief(asked).orElse(null))));
  }

  /** Its normal form can be longer than the prompt, and so can what an HTML entity stands for. */
  private static boolean surelyShort(String prompt, int limit) {
    return prompt.length() <= limit
        && prompt.indexOf('&') < 0
        && Normalizer.normalize(prompt, Normalizer.Form.NFKC)
                    .getBytes(StandardCharsets.UTF_8)
                    .length
                + FRAME
            <= limit;
  }

  private TooLong tooLong(
      Question asked, List<String> texts, List<Integer> counts, Predicate<String> passes)
      throws InterruptedException {
    int last = texts.size() - 1;
    boolean suggestionFits = asked.suggestion() != null && counts.get(last) <= asked.limit();
    String longest = "";
    String suggestion = suggestionFits ? asked.suggestion() : brief(asked).orElse(null);
    String prompt = asked.prompt();
    int beginnings = asked.suggestion() == null ? last : last - 1;
    for (int i = beginnings - 1; i >= 0 && (longest.isEmpty() || suggestion == null); i--) {
      if (counts.get(i) <= asked.limit()) {
        longest = longest.isEmpty() ? texts.get(i) : longest;
        suggestion = suggestion == null && passes.test(texts.get(i)) ? texts.get(i) : suggestion;
      }
    }
    int start = prompt.indexOf(longest) + longest.length();
    return new TooLong(
        new Reason(
            Rule.TOKEN_LIMIT,
            prompt.codePointCount(0, start),
            prompt.codePointCount(0, prompt.length()),
            prompt.substring(start),
            "The prompt has %d tokens for this model; it follows at most %d well. Say less."
                .formatted(counts.get(beginnings), asked.limit())),
        suggestion);
  }

  private Optional<String> brief(Question asked) throws InterruptedException {
    Optional<String> brief = anew.apply(asked.service(), asked.prompt());
    if (brief.isEmpty()) {
      return brief;
    }
    Optional<List<Integer>> counted = tokens.count(asked.service(), List.of(cut(brief.get())));
    return brief.filter(
        text -> counted.filter(counts -> counts.getFirst() <= asked.limit()).isPresent());
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= TokenCountRequest.LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, TokenCountRequest.LONGEST));
  }
}
