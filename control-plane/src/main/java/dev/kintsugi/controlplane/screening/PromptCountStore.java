package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** How many prompts came to what, by service and day, in PostgreSQL. */
@Singleton
class PromptCountStore {

  private static final String ADD =
      """
      INSERT INTO prompt_count AS t (service, day, kind, name, prompts)
        SELECT * FROM unnest(?::text[], ?::date[], ?::text[], ?::text[], ?::int8[])
        ORDER BY 1, 2, 3, 4
      ON CONFLICT (service, day, kind, name) DO UPDATE SET prompts = t.prompts + excluded.prompts
      """;

  private static final String SUMS =
      """
      SELECT service, kind, name, sum(prompts)::int8 AS prompts FROM prompt_count WHERE day >= ?
      GROUP BY service, kind, name
      """;

  private final Transactions transactions;

  PromptCountStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * What is counted.
   *
   * @param kind {@link #VERDICT} or {@link #REASON}
   * @param name of the verdict or of the rule
   */
  record Counted(String service, LocalDate day, String kind, String name) {
    static final String VERDICT = "verdict";
    static final String REASON = "reason";
  }

  /** Prompts by verdict, and by rule that spoke against them. */
  record Sums(Map<String, Long> verdicts, Map<String, Long> reasons) {}

  private record Sum(String service, String kind, String name, long prompts) {}

  static void add(Connection c, Map<Counted, Long> counts) throws SQLException {
    List<Map.Entry<Counted, Long>> rows = List.copyOf(counts.entrySet());
    try (Sql sql = Sql.of(c, ADD)) {
      sql.each("text", rows, row -> row.getKey().service())
          .each("date", rows, row -> row.getKey().day())
          .each("text", rows, row -> row.getKey().kind())
          .each("text", rows, row -> row.getKey().name())
          .each("int8", rows, Map.Entry::getValue)
          .update();
    }
  }

  /**
   * Since a day, of all these services together.
   *
   * @param services by {@code namespace/name}
   */
  Sums since(LocalDate day, Predicate<String> services) {
    List<Sum> sums =
        transactions.reading(
            c ->
                Sql.rows(
                    c,
                    SUMS,
                    row ->
                        new Sum(
                            row.getString("service"),
                            row.getString("kind"),
                            row.getString("name"),
                            row.getLong("prompts")),
                    day));
    Map<String, Long> verdicts = new HashMap<>();
    Map<String, Long> reasons = new HashMap<>();
    sums.stream()
        .filter(sum -> services.test(sum.service()))
        .forEach(
            sum ->
                (sum.kind().equals(Counted.VERDICT) ? verdicts : reasons)
                    .merge(sum.name(), sum.prompts(), Long::sum));
    return new Sums(verdicts, reasons);
  }

  void prune(LocalDate before) {
    transactions.relaxedStatement(
        c -> Sql.update(c, "DELETE FROM prompt_count WHERE day < ?", before));
  }
}
