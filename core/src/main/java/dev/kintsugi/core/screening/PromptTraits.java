package dev.kintsugi.core.screening;

import dev.kintsugi.core.admission.Brackets;
import dev.kintsugi.core.screening.Glyph.Kind;
import dev.kintsugi.core.screening.Wording.Script;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What can be seen in a prompt without understanding it.
 *
 * @param length in code points
 * @param words of Latin and other letters, folded, in the order of the text
 * @param chinese neighbouring Chinese characters, two and three at a time
 * @param longestEmojiRun emoji in a row, whatever nobody sees between them
 * @param bracketDepth how deep brackets are nested
 * @param mixed it has both Chinese characters and words of another script
 */
public record PromptTraits(
    int length,
    List<Fragment> words,
    List<Fragment> chinese,
    int longestEmojiRun,
    int bracketDepth,
    boolean mixed) {

  private static final int LONGEST_GRAM = 3;

  /**
   * A part of the prompt.
   *
   * @param text folded
   * @param start in code points
   * @param end the code point after it
   */
  public record Fragment(String text, int start, int end) {}

  public PromptTraits {
    words = List.copyOf(words);
    chinese = List.copyOf(chinese);
  }

  public static PromptTraits of(String prompt) {
    Wording wording = Wording.of(prompt);
    List<Fragment> words = new ArrayList<>();
    Set<Script> scripts = EnumSet.noneOf(Script.class);
    for (Word word : wording.words()) {
      scripts.add(word.script());
      if (word.script() != Script.HAN) {
        words.add(new Fragment(word.folded(), word.start(), word.end()));
      }
    }
    return new PromptTraits(
        prompt.codePointCount(0, prompt.length()),
        words,
        grams(wording),
        longestRun(wording.glyphs()),
        Brackets.depth(prompt),
        scripts.contains(Script.HAN) && scripts.size() > 1);
  }

  private static List<Fragment> grams(Wording wording) {
    List<Word> words = wording.words();
    List<Fragment> grams = new ArrayList<>();
    for (int first = 0; first < words.size(); first++) {
      StringBuilder text = new StringBuilder();
      int end = -1;
      for (int i = first; i < words.size() && i < first + LONGEST_GRAM; i++) {
        Word word = words.get(i);
        if (word.script() != Script.HAN || (end >= 0 && !joined(wording, end, word.start()))) {
          break;
        }
        text.append(word.folded());
        end = word.end();
        if (i > first) {
          grams.add(new Fragment(text.toString(), words.get(first).start(), end));
        }
      }
    }
    return grams;
  }

  /** Whether nothing that anybody sees stands between two code points. */
  private static boolean joined(Wording wording, int from, int to) {
    return from == to || Glyph.UNSEEN.matcher(wording.text(from, to)).replaceAll("").isEmpty();
  }

  private static int longestRun(List<Glyph> glyphs) {
    int longest = 0;
    int run = 0;
    for (Glyph glyph : glyphs) {
      if (glyph.kind() == Kind.EMOJI) {
        run += glyph.pictures();
        longest = Math.max(longest, run);
      } else if (!Wording.between(glyph.kind())) {
        run = 0;
      }
    }
    return longest;
  }
}
