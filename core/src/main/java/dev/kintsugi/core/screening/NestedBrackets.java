package dev.kintsugi.core.screening;

import dev.kintsugi.core.admission.Brackets;
import dev.kintsugi.core.admission.Brackets.Nesting;
import dev.kintsugi.core.admission.FieldRules;
import java.util.List;

/**
 * Brackets within brackets in a long prompt: templates and attempts at injection more often than
 * pictures, so a person looks at it first.
 */
final class NestedBrackets {

  private NestedBrackets() {}

  /** What is too long to be taken without a review is held, however a policy is set. */
  static List<Reason> find(Wording wording, ScreeningPolicy policy) {
    String prompt = wording.prompt();
    int length = prompt.codePointCount(0, prompt.length());
    int longest = Math.min(policy.reviewLength(), FieldRules.MAX_PROMPT);
    int enough = length > FieldRules.MAX_PROMPT ? Brackets.NESTED : policy.bracketDepth();
    if (length <= longest) {
      return List.of();
    }
    Nesting nesting = Brackets.nesting(prompt, enough);
    if (nesting.depth() < enough) {
      return List.of();
    }
    return List.of(
        new Reason(
            Rule.NESTED_BRACKETS,
            nesting.start(),
            nesting.end(),
            prompt.substring(
                prompt.offsetByCodePoints(0, nesting.start()),
                prompt.offsetByCodePoints(0, nesting.end())),
            "%d characters with brackets %d deep: a person looks at it first. At most %d characters, or none in nested brackets, need no review."
                .formatted(length, nesting.depth(), longest)));
  }

  /** A prompt so long was let in for its brackets alone, which nobody could look at. */
  static List<Reason> unread(String prompt) {
    int length = prompt.codePointCount(0, prompt.length());
    return length <= FieldRules.MAX_PROMPT
        ? List.of()
        : List.of(
            new Reason(
                Rule.NESTED_BRACKETS,
                0,
                length,
                prompt,
                "%d characters that could not be screened now: a person looks at it first. At most %d need no review."
                    .formatted(length, FieldRules.MAX_PROMPT)));
  }
}
