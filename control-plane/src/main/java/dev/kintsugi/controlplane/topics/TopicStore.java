package dev.kintsugi.controlplane.topics;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.learning.Direction;
import dev.kintsugi.core.learning.Topic;
import dev.kintsugi.core.learning.TopicWords;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Topics in PostgreSQL. */
@Singleton
class TopicStore {

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x746f70696373L;

  private static final String ADD =
      """
      INSERT INTO prompt_topic (service, model, centre, least_cosine, words, prompts, created_at)
      VALUES (?, ?, ?, ?, ?::text[], ?, ?) RETURNING *
      """;

  /**
   * A rule that is vetoed keeps its topic, so that mining does not bring a twin of it; one of a
   * policy keeps it, since the policy names it.
   */
  private static final String PRUNE =
      """
      DELETE FROM prompt_topic t WHERE NOT EXISTS (
        SELECT 1 FROM prompt_rule r, unnest(r.features) AS feature
        WHERE r.service = t.service AND feature LIKE 'topic:%~' || t.id
          AND (r.stage <> 'retired' OR r.pinned OR r.policy IS NOT NULL OR r.since >= ?))
      """;

  private final Transactions transactions;

  TopicStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Those of a service, the oldest first. */
  List<StoredTopic> of(String service) {
    return transactions.reading(c -> of(c, service));
  }

  static List<StoredTopic> of(Connection c, String service) throws SQLException {
    return Sql.rows(
        c, "SELECT * FROM prompt_topic WHERE service = ? ORDER BY id", TopicStore::topic, service);
  }

  List<StoredTopic> find(Collection<Long> ids) {
    return transactions.reading(c -> find(c, ids));
  }

  static List<StoredTopic> find(Connection c, Collection<Long> ids) throws SQLException {
    try (Sql sql = Sql.of(c, "SELECT * FROM prompt_topic WHERE id = ANY(?)")) {
      return sql.each("int8", List.copyOf(ids), id -> id).rows(TopicStore::topic);
    }
  }

  /** Nobody else adds topics until the transaction ends. */
  static void takeTurn(Connection c) throws SQLException {
    Sql.lock(c, TURN);
  }

  static StoredTopic add(Connection c, String service, Topic topic, TopicWords words, Instant now)
      throws SQLException {
    try (Sql sql = Sql.of(c, ADD)) {
      return sql.with(service)
          .with(topic.centre().model())
          .with(topic.centre().steps())
          .with(topic.leastCosine())
          .each("text", words.words(), word -> word)
          .with(words.prompts())
          .with(now)
          .rows(TopicStore::topic)
          .getFirst();
    }
  }

  /**
   * Forgets topics of rules that retired before then.
   *
   * @return how many
   */
  int prune(Instant retiredBefore) {
    return transactions.durably(c -> Sql.update(c, PRUNE, retiredBefore));
  }

  private static StoredTopic topic(ResultSet row) throws SQLException {
    return new StoredTopic(
        row.getLong("id"),
        row.getString("service"),
        new Topic(
            new Direction(row.getString("model"), row.getBytes("centre")),
            row.getDouble("least_cosine")),
        new TopicWords(
            Arrays.asList((String[]) row.getArray("words").getArray()), row.getInt("prompts")));
  }
}
