package dev.kintsugi.core.recovery;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What two prompts have in common. By fixed rules, so that it can be explained why a clip was taken
 * for another prompt's:
 *
 * <ol>
 *   <li>Unicode compatibility form, lower case;
 *   <li>punctuation and white space become one space; between Chinese characters, nothing;
 *   <li>English articles, and Chinese measure words behind a numeral or 这, 那, are left out;
 *   <li>for the template, numerals are left out and colours become {@code *}.
 * </ol>
 *
 * @param text after the first three rules: the same wish in other writing
 * @param template after all of them: the same scene with another number or colour
 */
public record PromptTemplate(String text, String template) {

  private static final Pattern SEPARATORS = Pattern.compile("[\\p{P}\\p{S}\\p{Z}\\p{C}]+");

  /** Chinese is written without spaces. */
  private static final Pattern BETWEEN_HAN = Pattern.compile("(?<=\\p{IsHan}) (?=\\p{IsHan})");

  private static final Set<String> ARTICLES = Set.of("a", "an", "the");

  private static final String HAN_NUMERALS = "一二两三四五六七八九十百千万几";

  private static final Pattern MEASURED =
      Pattern.compile("([" + HAN_NUMERALS + "]+|[这那])(个|只|条|位|辆|朵|颗|座|片|匹|头|棵|艘|架|张|把|株|群|名)");

  private static final Pattern NUMERALS =
      Pattern.compile(
          "\\b(\\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\\b ?");

  private static final Pattern COLOURS =
      Pattern.compile(
          "\\b(red|green|blue|yellow|orange|purple|violet|pink|brown|black|white|gray|grey|cyan"
              + "|magenta|golden|gold|silver)\\b"
              + "|[红绿蓝黄橙紫粉棕黑白灰青金银]色的?");

  /** Applies the rules. */
  public static PromptTemplate of(String prompt) {
    String lower = Normalizer.normalize(prompt, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    String spaced = SEPARATORS.matcher(lower).replaceAll(" ").strip();
    String joined = BETWEEN_HAN.matcher(spaced).replaceAll("");
    String words =
        Arrays.stream(joined.split(" "))
            .filter(word -> !ARTICLES.contains(word))
            .collect(Collectors.joining(" "));
    String text = MEASURED.matcher(words).replaceAll(PromptTemplate::withoutMeasure);
    String unnumbered = NUMERALS.matcher(MEASURED.matcher(words).replaceAll("")).replaceAll("");
    String template = COLOURS.matcher(unnumbered).replaceAll("*");
    return new PromptTemplate(text.strip(), template.strip());
  }

  /** One of a thing is the thing; two of it are not. */
  private static String withoutMeasure(MatchResult found) {
    String count = found.group(1);
    return count.equals("一") || count.equals("这") || count.equals("那") ? "" : count;
  }
}
