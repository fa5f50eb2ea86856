package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.ADJECTIVE;
import static dev.kintsugi.core.screening.PartOfSpeech.DETERMINER;
import static dev.kintsugi.core.screening.PartOfSpeech.MEASURE;
import static dev.kintsugi.core.screening.PartOfSpeech.NUMBER;

import dev.kintsugi.core.screening.Wording.Script;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Negations one upon the other: a diffusion model draws what is named, denied or not. */
final class Negations {

  private static final Set<String> ENGLISH =
      Set.of(
          "no",
          "not",
          "never",
          "none",
          "nobody",
          "nothing",
          "nowhere",
          "neither",
          "nor",
          "without",
          "cannot",
          "cant",
          "dont",
          "doesnt",
          "didnt",
          "isnt",
          "arent",
          "wasnt",
          "werent",
          "wont",
          "wouldnt",
          "couldnt",
          "shouldnt",
          "hasnt",
          "havent",
          "hadnt");

  private static final String CHINESE = "不没沒無无未勿莫別别";

  private static final Set<String> CHINESE_WORDS =
      Set.of("不", "没", "没有", "无", "未", "不是", "不要", "并非", "毫无");

  /** Words in which these characters deny nothing. */
  private static final Set<String> OTHER_MEANING =
      Set.of(
          "不同", "不断", "不斷", "不仅", "不僅", "不但", "不过", "不過", "不锈", "不鏽", "不久", "不禁", "没入", "沒入", "无人",
          "無人", "无数", "無數", "无限", "無限", "无论", "無論", "无边", "無邊", "未来", "未來", "莫名", "莫斯", "别墅", "別墅",
          "别致", "別致", "特别", "特別", "分别", "分別", "区别", "區別", "性别", "性別", "级别", "級別", "告别", "告別", "离别",
          "離別", "差不");

  /** They deny a feeling as much as "not" does. */
  private static final Set<String> NEARLY =
      Set.of(
          "n't",
          "hardly",
          "barely",
          "scarcely",
          "rarely",
          "seldom",
          "far",
          "less",
          "lack",
          "lacks",
          "lacked",
          "lacking",
          "loses",
          "losing",
          "很少",
          "难",
          "很难",
          "难以",
          "无法",
          "绝非",
          "别",
          "勿",
          "并无",
          "失去",
          "缺乏",
          "缺少",
          "丧失");

  /** What follows these stands against what was denied. */
  private static final Set<String> CONTRASTS =
      Set.of("but", "yet", "instead", "rather", "而是", "而", "但", "但是", "却", "只是", "反而", "仍然");

  /** They begin or end so, and say that one cannot help it. */
  private static final Set<String> IN_SPITE =
      Set.of("不由得", "不免", "不时", "不停", "不住", "忍不住", "不得不", "不已", "不止", "情不自禁");

  private static final String DENYING = "不没未";

  private Negations() {}

  static List<Reason> find(Wording wording, ScreeningPolicy policy) {
    List<Reason> reasons = new ArrayList<>();
    List<Word> found = new ArrayList<>();
    List<Word> words = wording.words();
    for (int at = 0; at < words.size(); at++) {
      Word word = words.get(at);
      if (!found.isEmpty() && found.getLast().clause() != word.clause()) {
        end(wording, policy, found, reasons);
      }
      if (denies(words, at)) {
        found.add(word);
      }
    }
    end(wording, policy, found, reasons);
    return reasons;
  }

  private static void end(
      Wording wording, ScreeningPolicy policy, List<Word> found, List<Reason> reasons) {
    if (found.size() >= policy.negations()) {
      int start = found.getFirst().start();
      int end = found.getLast().end();
      reasons.add(
          wording.reason(
              Rule.STACKED_NEGATION,
              start,
              end,
              "%d negations in one clause; fewer than %d are understood. Say what is to be seen, and put the rest into negative_prompt."
                  .formatted(found.size(), policy.negations())));
    }
    found.clear();
  }

  /** Whether a word denies what follows. */
  static boolean deny(String word) {
    return ENGLISH.contains(word) || CHINESE_WORDS.contains(word);
  }

  /** Index of what denies the word at an index, in its own clause; -1 where nothing does. */
  static int denial(List<Token> tokens, int at) {
    int clause = tokens.get(at).clause();
    for (int i = at - 1; i >= 0 && tokens.get(i).clause() == clause; i--) {
      if (CONTRASTS.contains(tokens.get(i).text())) {
        boolean anythingBut = i > 0 && tokens.get(i - 1).text().equals("anything");
        return anythingBut ? i - 1 : -1;
      }
      if (denies(tokens.get(i)) && !ofThing(tokens, i, at)) {
        return i;
      }
    }
    int next = at + 1;
    boolean after =
        next < tokens.size()
            && tokens.get(next).clause() == clause
            && tokens.get(next).chinese()
            && denies(tokens.get(next));
    return after ? next : -1;
  }

  /** What is denied may be a coat: without one, a woman feels sad. */
  private static boolean ofThing(List<Token> tokens, int denial, int until) {
    int at = denial + 1;
    while (at < until && tokens.get(at).is(DETERMINER, NUMBER, MEASURE, ADJECTIVE)) {
      at++;
    }
    return at < until && tokens.get(at).entity();
  }

  /** Whether a word denies what is said after it, or nearly so. */
  static boolean denies(Token token) {
    String word = token.text();
    if (deny(word) || NEARLY.contains(word)) {
      return true;
    }
    boolean marked =
        token.chinese()
            && !token.noun()
            && (DENYING.indexOf(word.charAt(0)) >= 0
                || DENYING.indexOf(word.charAt(word.length() - 1)) >= 0);
    return marked
        && !IN_SPITE.contains(word)
        && !OTHER_MEANING.contains(word.substring(0, Math.min(2, word.length())));
  }

  private static boolean denies(List<Word> words, int at) {
    Word word = words.get(at);
    if (word.script() != Script.HAN) {
      return ENGLISH.contains(word.folded());
    }
    return CHINESE.contains(word.folded())
        && !OTHER_MEANING.contains(word.folded() + neighbour(words, at, 1))
        && !OTHER_MEANING.contains(neighbour(words, at, -1) + word.folded());
  }

  private static String neighbour(List<Word> words, int at, int step) {
    int place = at + step;
    return place < 0 || place >= words.size() || words.get(place).script() != Script.HAN
        ? ""
        : words.get(place).folded();
  }
}
