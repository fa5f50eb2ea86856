package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cases that were found, best first; follow with {@code after=last_id} while {@code has_more}.
 *
 * @param mode what the order is by: {@code text}, {@code similar}, or {@code newest} where nothing
 *     was asked that makes one case better than another
 * @param index how much of the ledger was searched
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureCaseSearch(
    @JsonProperty("object") String object,
    @JsonProperty("mode") String mode,
    @JsonProperty("data") List<Hit> data,
    @JsonProperty("first_id") @Nullable String firstId,
    @JsonProperty("last_id") @Nullable String lastId,
    @JsonProperty("has_more") boolean hasMore,
    @JsonProperty("index") Index index) {

  /**
   * One case.
   *
   * @param score of its words (BM25), or the cosine of its prompt's vector, -1 to 1; null where the
   *     order is not by a score
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Hit(
      @JsonProperty("score") @Nullable Double score, @JsonProperty("case") FailureCase found) {}

  /**
   * The search index.
   *
   * @param state {@code ready}; {@code building}: only what is indexed so far was searched; {@code
   *     unavailable}: the database was searched for the text as it stands instead
   * @param indexed cases in it
   * @param total cases in the ledger, counted every half minute
   * @param behind changes of the ledger that it does not have yet
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Index(
      @JsonProperty("state") String state,
      @JsonProperty("indexed") long indexed,
      @JsonProperty("total") long total,
      @JsonProperty("behind") long behind) {}
}
