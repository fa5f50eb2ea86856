package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.knowledge.Ask;
import dev.kintsugi.controlplane.knowledge.Found;
import dev.kintsugi.controlplane.knowledge.Found.Hit;
import dev.kintsugi.controlplane.knowledge.Knowledge;
import dev.kintsugi.controlplane.knowledge.Meaning;
import dev.kintsugi.controlplane.knowledge.Meanings;
import dev.kintsugi.controlplane.paging.Page;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds cases in the index, or in the database while there is none, and shows them. */
@Singleton
final class Searching {

  private static final Set<String> MORE = Set.of("mode", "feature");
  private static final String TEXT = "text";
  private static final String SIMILAR = "similar";
  private static final String NEWEST = "newest";
  private static final String NO_INDEX =
      "The search index is not there; the list of cases, GET /ops/v1/cases, is.";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CaseReads reads;
  private final Knowledge knowledge;
  private final Meanings meanings;

  Searching(CaseReads reads, Knowledge knowledge, Meanings meanings) {
    this.reads = reads;
    this.knowledge = knowledge;
    this.meanings = meanings;
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
    if (similar(asked.mode())) {
      return near(ask, query);
    }
    Optional<Found> found = knowledge.find(ask);
    if (found.isPresent()) {
      return shown(query.text() == null ? NEWEST : TEXT, found.get(), query.page());
    }
    if (!features.isEmpty()) {
      throw unavailable("The search index is not there, and only it knows features.");
    }
    return inTheDatabase(query);
  }

  /**
   * Cases with prompts that mean about the same; with the same words, where the meaning of this one
   * is not known. Cases of the same job are left out.
   */
  FailureCaseSearch similar(StoredCase row, Page page) {
    Optional<Meaning> meaning = meanings.ofJob(row.jobId());
    Ask any = new Ask(words(row), Map.of(), null, List.of(), null, null);
    Found found =
        meaning
            .flatMap(known -> knowledge.near(any, known))
            .or(() -> knowledge.find(any))
            .orElseThrow(() -> unavailable(NO_INDEX));
    Set<UUID> same =
        reads.ofJob(row.jobId()).stream().map(StoredCase::id).collect(Collectors.toSet());
    List<Hit> others = found.hits().stream().filter(hit -> !same.contains(hit.id())).toList();
    return shown(meaning.isPresent() ? SIMILAR : TEXT, new Found(others, found.state()), page);
  }

  private String words(StoredCase row) {
    return reads
        .input(row.jobId())
        .map(asked -> asked.prompt() + " " + row.message())
        .orElseGet(row::message);
  }

  private FailureCaseSearch near(Ask ask, CaseQuery query) {
    if (ask.text() == null) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'q' is required with mode=similar.", "q");
    }
    if (!meanings.ready()) {
      throw unavailable("Prompts cannot be compared by meaning now; mode=text can be asked.");
    }
    Meaning meaning =
        meanings
            .of(ask.text())
            .orElseThrow(() -> CaseQuery.invalid("'q' has no words to compare.", "q"));
    Found found = knowledge.near(ask, meaning).orElseThrow(() -> unavailable(NO_INDEX));
    return shown(SIMILAR, found, query.page());
  }

  private static boolean similar(@Nullable String mode) {
    if (mode != null && !mode.equals(TEXT) && !mode.equals(SIMILAR)) {
      throw CaseQuery.invalid("'mode' must be text or similar.", "mode");
    }
    return SIMILAR.equals(mode);
  }

  private FailureCaseSearch inTheDatabase(CaseQuery query) {
    List<StoredCase> rows = reads.list(query).orElseThrow(CaseQuery::unknownAfter);
    int limit = query.page().limit();
    return answer(
        NEWEST,
        rows.stream()
            .limit(limit)
            .map(row -> new FailureCaseSearch.Hit(null, CaseViews.of(row)))
            .toList(),
        rows.size() > limit,
        knowledge.state());
  }

  private FailureCaseSearch shown(String mode, Found found, Page page) {
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
