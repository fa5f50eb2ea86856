package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Screening;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A line of a labelled set: what a prompt must come to.
 *
 * @param spans what stands where each reason is, in their order
 */
record LabelledPrompt(
    String verdict, String rules, String spans, String suggestion, String prompt) {

  private static final Pattern CODE_POINT = Pattern.compile("\\\\u\\{([0-9A-F]+)}");

  private static final Pattern AGAIN = Pattern.compile("\\\\x([0-9]+)\\{([^}]*)}");

  private static final String BETWEEN_SPANS = " ¦ ";

  /** Fields of a line that says neither a span nor a suggestion. */
  private static final int WITHOUT_PLACES = 3;

  static List<LabelledPrompt> of(String file) {
    try (var in = LabelledPrompt.class.getResourceAsStream("/screening/" + file);
        var lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(LabelledPrompt::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LabelledPrompt parse(String line) {
    String written =
        CODE_POINT
            .matcher(line)
            .replaceAll(found -> Character.toString(Integer.parseInt(found.group(1), 16)));
    String[] fields =
        AGAIN
            .matcher(written)
            .replaceAll(found -> found.group(2).repeat(Integer.parseInt(found.group(1))))
            .split("\t", -1);
    return fields.length == WITHOUT_PLACES
        ? new LabelledPrompt(fields[0], fields[1], "", "", fields[2])
        : new LabelledPrompt(fields[0], fields[1], fields[2], fields[3], fields[4]);
  }

  /** The same with what it came to. */
  LabelledPrompt told(Screening told) {
    String verdict =
        switch (told) {
          case Screening.Accept accept -> "accept";
          case Screening.SuggestRewrite suggest -> "suggest";
          case Screening.AcceptSafeMode safe -> "accept_safe_mode";
          case Screening.HoldForReview hold -> "hold_for_review";
          case Screening.Reject reject -> "reject";
        };
    String rules =
        told.reasons().stream()
            .map(reason -> reason.rule().wireName())
            .distinct()
            .collect(Collectors.joining(","));
    String spans =
        told.reasons().stream().map(Reason::text).collect(Collectors.joining(BETWEEN_SPANS));
    String suggestion = Objects.requireNonNullElse(told.suggestion(), "");
    return new LabelledPrompt(verdict, rules, spans, suggestion, prompt);
  }

  boolean chinese() {
    return prompt
        .codePoints()
        .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
  }
}
