package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.ReviewStatus;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which reviews are asked for.
 *
 * @param limit reviews, 0 to 100
 * @param after the job of the review before the page; null starts at the beginning
 * @param ascending the oldest first
 * @param status null for any
 * @param service null for any
 */
record ReviewQuery(
    int limit,
    @Nullable UUID after,
    boolean ascending,
    @Nullable ReviewStatus status,
    @Nullable String service) {

  private static final Set<String> NAMES =
      new TreeSet<>(Set.of("limit", "after", "order", "status", "service"));

  /**
   * @throws ApiException {@code invalid_value} with the name of the parameter; a filter that nobody
   *     knows is refused, because leaving it out would show everything
   */
  static ReviewQuery of(ReviewListRequest asked) {
    for (String name : asked.request().getParameters().names()) {
      if (!NAMES.contains(name)) {
        throw invalid(
            "There is no filter '%s'; there are %s.".formatted(name, String.join(", ", NAMES)),
            name);
      }
    }
    Page page = Page.oldestFirst(asked.limit(), asked.after(), asked.order());
    return new ReviewQuery(
        page.limit(),
        after(page.after()),
        page.ascending(),
        status(asked.status()),
        asked.service() == null ? null : Storable.text(asked.service(), "service"));
  }

  static ApiException unknownAfter() {
    return invalid("'after' must be the id of a review that is still kept.", "after");
  }

  private static @Nullable UUID after(@Nullable String after) {
    return after == null ? null : StoredReview.parse(after).orElseThrow(ReviewQuery::unknownAfter);
  }

  private static @Nullable ReviewStatus status(@Nullable String name) {
    if (name == null) {
      return null;
    }
    return Arrays.stream(ReviewStatus.values())
        .filter(status -> status.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "'status' must be one of "
                        + Arrays.stream(ReviewStatus.values())
                            .map(ReviewStatus::wireName)
                            .collect(Collectors.joining(", "))
                        + ".",
                    "status"));
  }

  private static ApiException invalid(String message, String param) {
    return ApiException.of(ErrorCode.INVALID_VALUE, message, param);
  }
}
