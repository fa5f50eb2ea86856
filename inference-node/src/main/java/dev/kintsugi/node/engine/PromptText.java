package dev.kintsugi.node.engine;

import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/**
 * The cleaning a prompt gets before it is tokenised, as diffusers does it: HTML entities resolved
 * twice, white space collapsed. Unlike diffusers where the Python package ftfy happens to be
 * installed, text that was decoded with the wrong character set is not repaired.
 */
final class PromptText {
  private static final Pattern SPACE =
      Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

  private PromptText() {}

  static String clean(String prompt) {
    String text = Parser.unescapeEntities(Parser.unescapeEntities(prompt, false), false);
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
