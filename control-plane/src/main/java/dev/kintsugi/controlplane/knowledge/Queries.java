package dev.kintsugi.controlplane.knowledge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** What is asked for, in the index's words. */
final class Queries {

  /** A word that is in the prompt and in the message counts little more than in one of them. */
  private static final float BOTH = 0.1f;

  private Queries() {}

  /**
   * Cases by everything but the text.
   *
   * @param members of the family that is asked for; null for any
   */
  static Query filter(Ask ask, @Nullable Collection<String> members) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    all.add(new TermQuery(Documents.IS_CASE), Occur.FILTER);
    ask.equal()
        .forEach((name, value) -> all.add(new TermQuery(new Term(name, value)), Occur.FILTER));
    for (String feature : ask.features()) {
      all.add(new TermQuery(new Term(Documents.FEATURE, feature)), Occur.FILTER);
    }
    if (members != null) {
      all.add(in(members), Occur.FILTER);
    }
    long since = ask.since() == null ? Long.MIN_VALUE : Documents.micros(ask.since());
    long until = ask.until() == null ? Long.MAX_VALUE : Documents.micros(ask.until()) - 1;
    if (ask.since() != null || ask.until() != null) {
      all.add(LongPoint.newRangeQuery(Documents.OCCURRED, since, until), Occur.FILTER);
    }
    return all.build();
  }

  /** Notes with any of the words. */
  static Query notes(Set<String> words) {
    return any(words.stream().map(word -> word(Documents.NOTE, word)).toList());
  }

  /**
   * Cases with any of the words, or in a family whose note has.
   *
   * @param noted score of a note, by the family it is of
   */
  static Query text(Set<String> words, Map<String, Float> noted) {
    List<Query> parts = new ArrayList<>();
    for (String word : words) {
      parts.add(
          new DisjunctionMaxQuery(
              List.of(word(Documents.PROMPT, word), word(Documents.MESSAGE, word)), BOTH));
    }
    noted.forEach(
        (family, score) ->
            parts.add(new BoostQuery(new ConstantScoreQuery(in(List.of(family))), score)));
    return any(parts);
  }

  private static Query any(List<? extends Query> parts) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    parts.forEach(part -> any.add(part, Occur.SHOULD));
    return any.build();
  }

  private static Query word(String field, String word) {
    return new TermQuery(new Term(field, word));
  }

  private static Query in(Collection<String> families) {
    return new TermInSetQuery(Documents.MEMBER, families.stream().map(BytesRef::new).toList());
  }
}
