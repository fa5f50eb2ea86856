package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the prompts of cases mean. Kept in the database, so that an index which is built anew finds
 * the same, and made anew only when the model is another one.
 */
@Singleton
@Requires(notEnv = "command")
public class Meanings {

  private static final Logger LOG = LoggerFactory.getLogger(Meanings.class);
  private static final List<String> LANGUAGES = List.of("en", "zh");

  /** A batch is one transaction, which the index waits for. */
  private static final int AT_ONCE = 10;

  private static final String DUE =
      """
      SELECT v.job_id, i.prompt FROM prompt_vector v JOIN failure_input i ON i.job_id = v.job_id
      WHERE v.model = '' ORDER BY v.job_id DESC LIMIT ? FOR UPDATE OF v SKIP LOCKED
      """;

  private static final String KEEP =
      "UPDATE prompt_vector SET model = ?, vector = ? WHERE job_id = ?";

  private static final String OUTDATED =
      "UPDATE prompt_vector SET model = '', vector = NULL WHERE model <> ALL(?) AND model <> ''";

  private final Transactions transactions;
  private final PromptEmbeddings embeddings;
  private boolean current;

  Meanings(Transactions transactions, PromptEmbeddings embeddings) {
    this.transactions = transactions;
    this.embeddings = embeddings;
  }

  /** Whether prompts can be understood now. */
  public boolean ready() {
    return embeddings.ready();
  }

  /** What a text means; empty for one without words, and while there are no models. */
  public Optional<Meaning> of(String prompt) {
    return embeddings
        .of(prompt)
        .map(point -> new Meaning(PromptEmbeddings.model(point.language()), point.vector()));
  }

  /** What the prompt of a job with cases means; empty while that is not known. */
  public Optional<Meaning> ofJob(String jobId) {
    return transactions
        .reading(
            c ->
                Sql.rows(
                    c,
                    "SELECT model, vector FROM prompt_vector"
                        + " WHERE job_id = ? AND vector IS NOT NULL",
                    row -> Meaning.of(row.getString("model"), row.getBytes("vector")),
                    jobId))
        .stream()
        .findFirst();
  }

  @Scheduled(initialDelay = "3s", fixedDelay = "${kintsugi.knowledge.embed-every:2s}")
  void work() {
    try {
      while (embed() == AT_ONCE) {
        LOG.debug("More prompts of cases are not understood yet");
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Prompts of cases wait for the database: {}", away.getMessage());
    }
  }

  /**
   * While replicas of two versions run, one that has other models keeps what this one would not
   * compare with; each undoes that of the other once an hour at most.
   */
  @Scheduled(initialDelay = "1h", fixedDelay = "1h")
  synchronized void lookForOtherModels() {
    current = false;
  }

  /** Understands some prompts; says how many. */
  int embed() {
    if (!embeddings.ready()) {
      return 0;
    }
    forgetOtherModels();
    return transactions.durably(
        c -> {
          Map<String, Optional<Meaning>> understood = new LinkedHashMap<>();
          Sql.rows(c, DUE, row -> Map.entry(row.getString(1), row.getString(2)), AT_ONCE)
              .forEach(due -> understood.put(due.getKey(), of(due.getValue())));
          if (embeddings.away()) {
            return 0;
          }
          for (Map.Entry<String, Optional<Meaning>> each : understood.entrySet()) {
            keep(c, each.getKey(), each.getValue().orElse(null));
          }
          return understood.size();
        });
  }

  /** One without a meaning is not tried again until there is another model. */
  private static void keep(Connection c, String job, @Nullable Meaning meaning)
      throws SQLException {
    String model = meaning == null ? PromptEmbeddings.model("en") : meaning.model();
    Sql.update(c, KEEP, model, meaning == null ? null : meaning.bytes(), job);
  }

  private synchronized void forgetOtherModels() {
    if (!current) {
      transactions.durably(
          c -> {
            try (Sql sql = Sql.of(c, OUTDATED)) {
              return sql.each("text", LANGUAGES, PromptEmbeddings::model).update();
            }
          });
      current = true;
    }
  }
}
