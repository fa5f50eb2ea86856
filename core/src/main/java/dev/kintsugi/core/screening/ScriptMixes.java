package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Wording.Script;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Two languages in one clause without need, such as "girl running fast but very 悲伤". Names,
 * abbreviations and what is quoted are no mixture: a sentence may well speak of an iPhone or a sign
 * that says 你好.
 */
final class ScriptMixes {

  /** After one of these the other language goes on with the thought itself. */
  private static final Set<String> LEANING =
      Set.of("very", "so", "too", "really", "quite", "is", "are", "was", "looks", "feels", "but");

  private ScriptMixes() {}

  static List<Reason> find(Wording wording, ScreeningPolicy policy) {
    List<Reason> reasons = new ArrayList<>();
    List<Word> clause = new ArrayList<>();
    boolean title = title(wording.words());
    for (Word word : wording.words()) {
      if (!clause.isEmpty() && clause.getLast().clause() != word.clause()) {
        end(wording, policy, clause, reasons);
      }
      if (!named(word, title) && !word.quoted()) {
        clause.add(word);
      }
    }
    end(wording, policy, clause, reasons);
    return reasons;
  }

  /**
   * Whether capitals tell nothing, because nearly every word has one. Names do, too, so a word must
   * be among them that names do not have.
   */
  private static boolean title(List<Word> words) {
    List<Word> letters =
        words.stream().filter(word -> word.script() == Script.LATIN && !numbered(word)).toList();
    long capitals = letters.stream().filter(Word::name).count();
    return letters.size() > 1
        && 4 * capitals > 3 * letters.size()
        && letters.stream().anyMatch(word -> LEANING.contains(word.folded()));
  }

  private static boolean named(Word word, boolean title) {
    boolean plain = title ? !numbered(word) : LEANING.contains(word.folded());
    return word.name() && !plain;
  }

  private static boolean numbered(Word word) {
    return word.folded().codePoints().anyMatch(Character::isDigit);
  }

  private static void end(
      Wording wording, ScreeningPolicy policy, List<Word> clause, List<Reason> reasons) {
    int switches = 0;
    boolean leans = false;
    // Japanese writes Chinese characters among its own.
    if (clause.stream().anyMatch(word -> word.script() == Script.OTHER)) {
      clause.clear();
    }
    for (int at = 1; at < clause.size(); at++) {
      Word before = clause.get(at - 1);
      if (before.script() != clause.get(at).script()) {
        switches++;
        leans |= LEANING.contains(before.folded());
      }
    }
    if (!clause.isEmpty() && (leans || switches >= policy.scriptSwitches())) {
      int start = clause.getFirst().start();
      int end = clause.getLast().end();
      reasons.add(
          wording.reason(
              Rule.SCRIPT_MIX,
              start,
              end,
              "Chinese and English in one clause (%s); the model reads one of them better. Write the clause in one language."
                  .formatted(switches == 1 ? "one change" : switches + " changes")));
    }
    clause.clear();
  }
}
