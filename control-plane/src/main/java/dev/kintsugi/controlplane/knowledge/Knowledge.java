package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.knowledge.Found.Hit;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds cases. Where the index has a defect it says that it cannot, and is looked after: nobody's
 * question is what finds out that a disk is full.
 */
@Singleton
public final class Knowledge {

  /** Results that can be paged through. */
  public static final int MOST = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Knowledge.class);

  /** Families whose notes may match. */
  private static final int MOST_NOTES = 50;

  private static final SortField NEWEST = new SortField(Documents.ID, SortField.Type.STRING, true);

  private final KnowledgeKeeper keeper;
  private final KnowledgeStore store;

  Knowledge(KnowledgeKeeper keeper, KnowledgeStore store) {
    this.keeper = keeper;
    this.store = store;
  }

  /**
   * By words, the most telling first; without words, the newest first.
   *
   * @return empty while the index cannot be read
   */
  public Optional<Found> find(Ask ask) {
    return searched(searcher -> byText(searcher, ask));
  }

  /**
   * By meaning, the nearest first. Every vector that passes the filter is compared, so that the
   * answer does not depend on how the index was built.
   *
   * @return empty while the index cannot be read
   */
  public Optional<Found> near(Ask ask, Meaning meaning) {
    Query filter = Queries.filter(ask, members(ask));
    return searched(searcher -> Nearest.in(searcher, filter, meaning, MOST));
  }

  /** How much of the ledger can be found. */
  public Found.State state() {
    return keeper.state();
  }

  private Optional<Found> searched(KnowledgeIndex.Search<List<Hit>> search) {
    KnowledgeIndex index = keeper.index();
    if (index == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Found(index.search(search), keeper.state()));
    } catch (IOException | RuntimeException defect) {
      LOG.warn("The index of cases does not answer: {}", defect.toString());
      keeper.suspect(index);
      return Optional.empty();
    }
  }

  private List<Hit> byText(IndexSearcher searcher, Ask ask) throws IOException {
    Query filter = Queries.filter(ask, members(ask));
    if (ask.text() == null) {
      return hits(searcher, searcher.search(filter, MOST, new Sort(NEWEST)));
    }
    Set<String> words = Words.asked(ask.text());
    Query both =
        new BooleanQuery.Builder()
            .add(filter, Occur.FILTER)
            .add(Queries.text(words, noted(searcher, words)), Occur.MUST)
            .build();
    Sort best = new Sort(SortField.FIELD_SCORE, NEWEST);
    return hits(searcher, searcher.search(both, MOST, best));
  }

  private @Nullable Collection<String> members(Ask ask) {
    return ask.family() == null ? null : store.members(Set.of(ask.family())).keySet();
  }

  /** By family, merged ones included: what is said of a family is said of all of it. */
  private Map<String, Float> noted(IndexSearcher searcher, Set<String> words) throws IOException {
    TopDocs notes =
        searcher.search(Queries.notes(words), MOST_NOTES, new Sort(SortField.FIELD_SCORE, NEWEST));
    Map<String, Float> scores = new HashMap<>();
    for (ScoreDoc note : notes.scoreDocs) {
      Document document = searcher.storedFields().document(note.doc);
      scores.put(document.get(Documents.ID), score(note));
    }
    return scores.isEmpty()
        ? scores
        : store.members(scores.keySet()).entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    member ->
                        Math.max(
                            scores.getOrDefault(member.getKey(), 0f),
                            scores.getOrDefault(member.getValue(), 0f))));
  }

  private static List<Hit> hits(IndexSearcher searcher, TopDocs found) throws IOException {
    List<Hit> hits = new ArrayList<>();
    for (ScoreDoc each : found.scoreDocs) {
      Document document = searcher.storedFields().document(each.doc);
      boolean scored = ((FieldDoc) each).fields.length > 1;
      hits.add(new Hit(Documents.id(document), scored ? score(each) : null));
    }
    return hits;
  }

  private static float score(ScoreDoc each) {
    return ((FieldDoc) each).fields[0] instanceof Float score ? score : 0;
  }
}
