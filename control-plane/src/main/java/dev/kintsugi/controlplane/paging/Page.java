package dev.kintsugi.controlplane.paging;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The part of a list that is asked for.
 *
 * @param limit rows, 0 to 100
 * @param after id of the row before the page; null starts at the beginning
 * @param ascending the oldest first
 */
public record Page(int limit, @Nullable String after, boolean ascending) {

  private static final int DEFAULT = 20;
  private static final int MOST = 100;
  private static final String ASCENDING = "asc";
  private static final String DESCENDING = "desc";

  /**
   * A page of a list that begins with the newest row unless asked otherwise. What is null was left
   * out.
   *
   * @throws ApiException {@code invalid_value} with the name of the parameter
   */
  public static Page newestFirst(
      @Nullable String limit, @Nullable String after, @Nullable String order) {
    return of(limit, after, order == null ? DESCENDING : order);
  }

  /**
   * A page of a list that begins with the oldest row unless asked otherwise. What is null was left
   * out.
   *
   * @throws ApiException {@code invalid_value} with the name of the parameter
   */
  public static Page oldestFirst(
      @Nullable String limit, @Nullable String after, @Nullable String order) {
    return of(limit, after, order == null ? ASCENDING : order);
  }

  private static Page of(@Nullable String limit, @Nullable String after, String order) {
    return new Page(limit(limit), after, ascending(order));
  }

  private static int limit(@Nullable String limit) {
    if (limit == null) {
      return DEFAULT;
    }
    if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) > MOST) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'limit' must be a whole number between 0 and " + MOST + ".",
          "limit");
    }
    return Integer.parseInt(limit);
  }

  private static boolean ascending(String order) {
    return switch (order) {
      case ASCENDING -> true;
      case DESCENDING -> false;
      default ->
          throw ApiException.of(ErrorCode.INVALID_VALUE, "'order' must be asc or desc.", "order");
    };
  }
}
