package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import io.micronaut.context.ApplicationContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A ledger of any length, with prompts and what they mean, and how long it takes to find something in it. */
public final class BenchLedger {
  private static final int AT_ONCE = 20_000;
  private static final int MEANINGS = 1_000;
  private static final Ask ANY = new Ask(null, Map.of(), null, List.of(), null, null);

  private static final String FAMILIES =
      """
      INSERT INTO failure_family (id, signature, status, status_at, cases, first_seen, last_seen, root)
      SELECT 'family' || i, '{}', 'open', now(), 1000, now(), now(), 'family' || i FROM generate_series(0, 999) i
      """;

  private static final String INPUTS =
      """
      INSERT INTO failure_input SELECT 'job' || (? + n), p, jsonb_build_object('prompt', p, 'width', 640, 'height', 480, 'numFrames', 49, 'steps', 30)
      FROM unnest(?) WITH ORDINALITY AS x (p, n)
      """;

  /** A thousand meanings are enough to compare with: every one of a million is compared with all the same. */
  private static final String MEANT =
      """
      UPDATE prompt_vector v SET model = m.model, vector = m.vector FROM bench_meaning m
      WHERE v.model = '' AND m.n = substr(v.job_id, 4)::int % %d
      """
          .replace("%d", Integer.toString(MEANINGS));

  private static final String CASES =
      """
      INSERT INTO failure_case SELECT gen_random_uuid(), 'family' || i %% 1000, 'attempt', 'job' || i, NULL, 'tenant', '%s', 'wan', 'BLACK_FRAMES', 'INPUT', '', NULL,
        'the clip is black', '', '', '', '', '', NULL, '{}', '{}', '[]', now(), now() FROM generate_series(%d, %d) i
      """;

  private BenchLedger() {}

  /** The source of prompts, many at a time. */
  public interface Source {
    List<String> take(int count);
  }

  public static void fill(ApplicationContext context, String service, Source prompts, int cases) {
    Transactions transactions = context.getBean(Transactions.class);
    Meanings meanings = context.getBean(Meanings.class);
    List<String> pool = prompts.take(MEANINGS);
    transactions.relaxed(
        c -> {
          execute(c, FAMILIES);
          execute(c, "CREATE TABLE bench_meaning (n int PRIMARY KEY, model text NOT NULL, vector bytea NOT NULL)");
          for (int i = 0; i < MEANINGS; i++) {
            Meaning meaning = meanings.of(pool.get(i)).orElseThrow();
            Sql.update(c, "INSERT INTO bench_meaning VALUES (?, ?, ?)", i, meaning.model(), meaning.bytes());
          }
          return null;
        });
    for (int first = 0; first < cases; first += AT_ONCE) {
      int before = first;
      int last = Math.min(cases, first + AT_ONCE);
      List<String> some = prompts.take(last - before);
      transactions.relaxed(
          c -> {
            try (PreparedStatement inputs = c.prepareStatement(INPUTS)) {
              inputs.setInt(1, before);
              inputs.setArray(2, c.createArrayOf("text", some.toArray()));
              inputs.executeUpdate();
            }
            execute(c, MEANT);
            execute(c, CASES.formatted(service, before + 1, last));
            return null;
          });
    }
  }

  /** Waits until the index has every case. */
  public static Duration awaitIndex(ApplicationContext context, int cases) throws InterruptedException {
    Knowledge knowledge = context.getBean(Knowledge.class);
    Instant start = Instant.now();
    while (knowledge.state().indexed() < cases || knowledge.state().behind() > 0) {
      if (Duration.between(start, Instant.now()).toMinutes() > 60) {
        throw new IllegalStateException("the index is not built: " + knowledge.state());
      }
      Thread.sleep(500);
    }
    return Duration.between(start, Instant.now());
  }

  /** How long questions take, by words and by meaning, the 1,000 best answers each. */
  public static Map<String, Double> search(ApplicationContext context, List<String> questions) {
    Knowledge knowledge = context.getBean(Knowledge.class);
    Meanings meanings = context.getBean(Meanings.class);
    double[] words = new double[questions.size()];
    double[] near = new double[questions.size()];
    for (int i = 0; i < words.length; i++) {
      String question = questions.get(i);
      Meaning meaning = meanings.of(question).orElseThrow();
      long start = System.nanoTime();
      Found found = knowledge.find(new Ask(question, Map.of(), null, List.of(), null, null)).orElseThrow();
      long then = System.nanoTime();
      Found like = knowledge.near(ANY, meaning).orElseThrow();
      near[i] = (System.nanoTime() - then) / 1e6;
      words[i] = (then - start) / 1e6;
      if (found.hits().isEmpty() || like.hits().isEmpty()) {
        throw new IllegalStateException("nothing was found of " + question);
      }
    }
    Map<String, Double> row = new LinkedHashMap<>();
    put(row, "search_words", words);
    put(row, "search_meaning", near);
    return row;
  }

  private static void put(Map<String, Double> row, String name, double[] times) {
    Arrays.sort(times);
    row.put(name + "_p50_ms", times[times.length / 2]);
    row.put(name + "_p99_ms", times[(int) (times.length * 0.99)]);
  }

  private static void execute(Connection c, String sql) throws SQLException {
    try (Statement statement = c.createStatement()) {
      statement.execute(sql);
    }
  }
}
