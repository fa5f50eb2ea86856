package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which cases are asked for.
 *
 * @param page how many, after which, in which order
 * @param equal columns and the values they must have
 * @param family that the case is in, or was before that was merged into another; null for any
 * @param since inclusive; null for no bound
 * @param until exclusive; null for no bound
 * @param text within the message or the prompt; null for any
 */
record CaseQuery(
    Page page,
    Map<String, String> equal,
    @Nullable String family,
    @Nullable Instant since,
    @Nullable Instant until,
    @Nullable String text) {

  private static final Set<String> NAMES =
      Set.of(
          "limit",
          "after",
          "order",
          "class",
          "attribution",
          "kind",
          "service",
          "revision",
          "node",
          "rung",
          "family",
          "video",
          "since",
          "until",
          "q");

  /** As long as a prompt may be. */
  private static final int LONGEST_TEXT = 512;

  /**
   * @throws ApiException {@code invalid_value} with the name of the parameter; a filter that nobody
   *     knows is refused, because leaving it out would show everything
   */
  static CaseQuery of(CaseListRequest asked) {
    return of(asked, Set.of());
  }

  /**
   * @param more names of parameters that somebody else reads
   * @throws ApiException as {@link #of(CaseListRequest)}
   */
  static CaseQuery of(CaseListRequest asked, Set<String> more) {
    Set<String> names = new TreeSet<>(NAMES);
    names.addAll(more);
    for (String name : asked.request().getParameters().names()) {
      if (!names.contains(name)) {
        throw invalid(
            "There is no filter '%s'; there are %s.".formatted(name, String.join(", ", names)),
            name);
      }
    }
    Map<String, String> equal = new LinkedHashMap<>();
    add(equal, "failure_class", failureClass(asked.failureClass()));
    add(equal, "attribution", lower(asked.attribution()));
    add(equal, "kind", kind(asked.kind()));
    add(equal, "service", asked.service());
    add(equal, "revision", asked.revision());
    add(equal, "node_id", asked.node());
    add(equal, "rung", lower(asked.rung()));
    add(equal, "job_id", asked.video());
    Page page = Page.newestFirst(asked.limit(), asked.after(), asked.order());
    if (page.after() != null && CaseIds.parseCase(page.after()).isEmpty()) {
      throw unknownAfter();
    }
    return new CaseQuery(
        page,
        equal,
        asked.family() == null ? null : Json.text(asked.family()),
        instant(asked.since(), "since"),
        instant(asked.until(), "until"),
        text(asked.q()));
  }

  @Nullable UUID after() {
    return page.after() == null ? null : CaseIds.parseCase(page.after()).orElseThrow();
  }

  static ApiException unknownAfter() {
    return invalid("'after' must be the id of a case that is still kept.", "after");
  }

  private static @Nullable String failureClass(@Nullable String name) {
    if (name == null) {
      return null;
    }
    String upper = name.toUpperCase(Locale.ROOT);
    List<String> known =
        Stream.concat(
                Arrays.stream(FailureClass.values()).map(FailureClass::name),
                Stream.of(StoppedPrompts.REJECTED))
            .toList();
    if (!known.contains(upper)) {
      throw invalid("'class' must be one of " + String.join(", ", known) + ".", "class");
    }
    return upper;
  }

  private static @Nullable String kind(@Nullable String name) {
    List<String> known = Arrays.stream(NewCase.Kind.values()).map(NewCase.Kind::wireName).toList();
    if (name != null && !known.contains(name)) {
      throw invalid("'kind' must be one of " + String.join(", ", known) + ".", "kind");
    }
    return name;
  }

  private static @Nullable Instant instant(@Nullable String text, String name) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw invalid(
          "'" + name + "' must be an ISO-8601 instant such as 2026-06-01T12:00:00Z.", name);
    }
  }

  private static @Nullable String text(@Nullable String q) {
    if (q != null && q.length() > LONGEST_TEXT) {
      throw invalid("'q' must have at most " + LONGEST_TEXT + " characters.", "q");
    }
    return q == null || q.isEmpty() ? null : Json.text(q);
  }

  private static @Nullable String lower(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }

  private static void add(Map<String, String> equal, String column, @Nullable String value) {
    if (value != null) {
      equal.put(column, Json.text(value));
    }
  }

  static ApiException invalid(String message, String param) {
    return ApiException.of(ErrorCode.INVALID_VALUE, message, param);
  }
}
