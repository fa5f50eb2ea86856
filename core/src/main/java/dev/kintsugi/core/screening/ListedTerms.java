package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Terms of a lexicon: as they are written, and as they are written to slip through: with lookalikes
 * of other scripts, accents, digits for letters, and one character at a time.
 */
final class ListedTerms {

  private static final Comparator<Place> OUTER_FIRST =
      Comparator.comparingInt(Place::start)
          .thenComparing(Comparator.comparingInt(Place::end).reversed())
          .thenComparing(place -> !place.exception());

  private ListedTerms() {}

  /**
   * Where a term stands.
   *
   * @param category of its list; empty for an exception
   * @param start in code points of the prompt
   */
  private record Place(String category, int start, int end) {

    boolean exception() {
      return category.isEmpty();
    }
  }

  static List<Reason> find(Wording wording, Lexicon lexicon) {
    Map<List<Integer>, Reason> reasons = new LinkedHashMap<>();
    for (Place place : counted(places(wording, lexicon))) {
      reasons.putIfAbsent(
          List.of(place.start(), place.end()),
          wording.reason(
              Rule.LEXICON,
              place.start(),
              place.end(),
              "Not drawn here; it is on the list '%s'.".formatted(place.category())));
    }
    return List.copyOf(reasons.values());
  }

  /** An exception holds for what is written in it, also where that looks like something else. */
  private static List<Place> places(Wording wording, Lexicon lexicon) {
    FoldedText folded = FoldedText.of(wording).in(lexicon);
    Stream<Place> written = places(folded, lexicon, folded::whole);
    SpelledText spelled = SpelledText.of(folded);
    Stream<Place> oneByOne =
        spelled.plain() ? Stream.empty() : places(spelled.joined(), lexicon, spelled::spells);
    return Stream.concat(written, oneByOne).sorted(OUTER_FIRST).toList();
  }

  private static Stream<Place> places(
      FoldedText text, Lexicon lexicon, Predicate<Lexicon.Hit> stands) {
    return Stream.of(text.text(), text.drawn())
        .map(Lexicon::key)
        .distinct()
        .flatMap(key -> lexicon.find(key).stream())
        .filter(stands)
        .filter(text::has)
        .map(
            hit ->
                new Place(hit.category(), text.starts()[hit.start()], text.ends()[hit.end() - 1]));
  }

  /** The longest of those that lie within each other, outside of exceptions; one sweep. */
  private static List<Place> counted(List<Place> places) {
    List<Place> counted = new ArrayList<>();
    int excepted = 0;
    int covered = 0;
    for (Place place : places) {
      if (place.exception()) {
        excepted = Math.max(excepted, place.end());
      } else if (place.end() > excepted && place.end() > covered) {
        covered = place.end();
        counted.add(place);
      }
    }
    return counted;
  }
}
