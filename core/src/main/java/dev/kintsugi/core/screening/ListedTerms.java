package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Terms of a lexicon: as they are written, and with lookalikes of other scripts and digits for
 * letters, as they are written to slip through.
 */
final class ListedTerms {

  private static final Comparator<Lexicon.Hit> OUTER_FIRST =
      Comparator.comparingInt(Lexicon.Hit::start)
          .thenComparing(Comparator.comparingInt(Lexicon.Hit::end).reversed())
          .thenComparing(hit -> !hit.exception());

  private ListedTerms() {}

  static List<Reason> find(Wording wording, Lexicon lexicon) {
    FoldedText folded = FoldedText.of(wording);
    Map<List<Integer>, Reason> reasons = new LinkedHashMap<>();
    Stream.of(folded.text(), folded.plain())
        .distinct()
        .forEach(
            text -> {
              for (Lexicon.Hit hit : counted(text, lexicon)) {
                int start = folded.starts()[hit.start()];
                int end = folded.ends()[hit.end() - 1];
                reasons.putIfAbsent(
                    List.of(start, end),
                    wording.reason(
                        Rule.LEXICON,
                        start,
                        end,
                        "Not drawn here; it is on the list '%s'.".formatted(hit.category())));
              }
            });
    return List.copyOf(reasons.values());
  }

  /** The longest of those that lie within each other, outside of exceptions; one sweep. */
  private static List<Lexicon.Hit> counted(String text, Lexicon lexicon) {
    List<Lexicon.Hit> hits =
        lexicon.find(text).stream()
            .filter(hit -> FoldedText.whole(text, hit))
            .sorted(OUTER_FIRST)
            .toList();
    List<Lexicon.Hit> counted = new ArrayList<>();
    int excepted = 0;
    int covered = 0;
    for (Lexicon.Hit hit : hits) {
      if (hit.exception()) {
        excepted = Math.max(excepted, hit.end());
      } else if (hit.end() > excepted && hit.end() > covered) {
        covered = hit.end();
        counted.add(hit);
      }
    }
    return counted;
  }
}
