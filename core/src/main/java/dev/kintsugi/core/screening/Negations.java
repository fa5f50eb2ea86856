package dev.kintsugi.core.screening;

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
