package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Terms of a lexicon: as they are written, and with lookalikes of other scripts, accents, and
 * digits for letters, as they are written to slip through.
 */
final class ListedTerms {

  private static final Comparator<Lexicon.Hit> OUTER_FIRST =
      Comparator.comparingInt(Lexicon.Hit::start)
          .thenComparing(Comparator.comparingInt(Lexicon.Hit::end).reversed())
          .thenComparing(hit -> !hit.exception());

  private ListedTerms() {}

  static List<Reason> find(Wording wording, Lexicon lexicon) {
    FoldedText folded = FoldedText.of(wording).in(lexicon);
    Map<List<Integer>, Reason> reasons = new LinkedHashMap<>();
    for (Lexicon.Hit hit : counted(hits(folded, lexicon))) {
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
    return List.copyOf(reasons.values());
  }

  /** An exception holds for what is written in it, also where that looks like something else. */
  private static List<Lexicon.Hit> hits(FoldedText folded, Lexicon lexicon) {
    return Stream.of(folded.text(), folded.drawn())
        .map(Lexicon::key)
        .distinct()
        .flatMap(key -> lexicon.find(key).stream())
        .filter(folded::whole)
        .filter(folded::has)
        .sorted(OUTER_FIRST)
        .toList();
  }

  /** The longest of those that lie within each other, outside of exceptions; one sweep. */
  private static List<Lexicon.Hit> counted(List<Lexicon.Hit> hits) {
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
