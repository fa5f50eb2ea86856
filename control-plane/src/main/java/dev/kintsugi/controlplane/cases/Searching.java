package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.knowledge.Ask;
import dev.kintsugi.controlplane.knowledge.Found;
import dev.kintsugi.controlplane.knowledge.Found.Hit;
import dev.kintsugi.controlplane.knowledge.Knowledge;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.ledger.FailureCaseSearch;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds cases in the index, or in the database while there is none, and shows them. */
@Singleton
final class Searching {

  private static final Set<String> MORE = Set.of("mode", "feature");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CaseReads reads;
  private final Knowledge knowledge;

  Searching(CaseReads reads, Knowledge knowledge) {
    this.reads = reads;
    this.knowledge = knowledge;
  }

  /**
   * @throws ApiException {@code invalid_value} with the name of the parameter; {@code unavailable}
   *     for what only the index can find while there is none
   */
  FailureCaseSearch find(CaseSearchRequest asked) {
    CaseQuery query = CaseQuery.of(asked.list(), MORE);
    List<String> features = features(asked.feature());
    Ask ask =
        new Ask(
            query.text(), query.equal(), query.family(), features, query.since(), query.until());
    requireText(asked.mode());
    Optional<Found> found = knowledge.find(ask);
    if (found.isPresent()) {
      return shown(query.text() == null ? "newest" : "text", found.get(), query.page());
    }
    if (!features.isEmpty()) {
      throw unavailable("The search index is not there, and only it knows features.");
    }
    return inTheDatabase(query);
  }

  private static void requireText(@Nullable String mode) {
    if (mode != null && !mode.equals("text")) {
      throw CaseQuery.invalid("'mode' must be text.", "mode");
    }
  }

  private FailureCaseSearch inTheDatabase(CaseQuery query) {
    List<StoredCase> rows = reads.list(query).orElseThrow(CaseQuery::unknownAfter);
    int limit = query.page().limit();
    return answer(
        "newest",
        rows.stream()
            .limit(limit)
            .map(row -> new FailureCaseSearch.Hit(null, CaseViews.of(row)))
            .toList(),
        rows.size() > limit,
        knowledge.state());
  }

  private FailureCaseSearch shown(String mode, Found found, CaseQuery.Page page) {
    List<Hit> left = after(found.hits(), page.after());
    List<Hit> hits = left.stream().limit(page.limit()).toList();
    Map<UUID, StoredCase> rows = reads.find(hits.stream().map(Hit::id).toList());
    return answer(
        mode,
        hits.stream()
            .filter(hit -> rows.containsKey(hit.id()))
            .map(hit -> shown(hit, Objects.requireNonNull(rows.get(hit.id()))))
            .toList(),
        left.size() > hits.size(),
        found.state());
  }

  private static FailureCaseSearch.Hit shown(Hit hit, StoredCase row) {
    Float score = hit.score();
    return new FailureCaseSearch.Hit(score == null ? null : score.doubleValue(), CaseViews.of(row));
  }

  private static List<Hit> after(List<Hit> hits, @Nullable String id) {
    if (id == null) {
      return hits;
    }
    UUID last = CaseIds.parseCase(id).orElseThrow(CaseQuery::unknownAfter);
    for (int i = 0; i < hits.size(); i++) {
      if (hits.get(i).id().equals(last)) {
        return hits.subList(i + 1, hits.size());
      }
    }
    throw CaseQuery.invalid(
        "'after' must be the id of a case among the best %d of this search."
            .formatted(Knowledge.MOST),
        "after");
  }

  private static FailureCaseSearch answer(
      String mode, List<FailureCaseSearch.Hit> page, boolean more, Found.State state) {
    return new FailureCaseSearch(
        "list",
        mode,
        page,
        page.isEmpty() ? null : page.getFirst().found().id(),
        page.isEmpty() ? null : page.getLast().found().id(),
        more,
        new FailureCaseSearch.Index(
            state.phase().name().toLowerCase(Locale.ROOT),
            state.indexed(),
            state.total(),
            state.behind()));
  }

  private static List<String> features(@Nullable List<String> asked) {
    List<String> features = asked == null ? List.of() : asked;
    for (String feature : features) {
      if (!PromptFeatures.known(feature)) {
        throw CaseQuery.invalid(
            "'feature' must be word:…, han:…, emoji-run>=…, length>=…, brackets>=…,"
                + " mixed-scripts, frames>=…, steps>=… or pixels>=…, with certain bounds.",
            "feature");
      }
    }
    return features;
  }

  private static ApiException unavailable(String why) {
    return ApiException.retryable(ErrorCode.UNAVAILABLE, why, PATIENCE);
  }
}
