package dev.kintsugi.controlplane.topics;

import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.core.learning.Direction;
import dev.kintsugi.core.learning.Topic;
import dev.kintsugi.core.learning.TopicName;
import dev.kintsugi.core.learning.TopicWords;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What prompts are about. Topics never change, so each is read once. */
@Singleton
@Requires(notEnv = "command")
public class PromptTopics {

  private final TopicStore store;
  private final PromptEmbeddings embeddings;
  private final Map<String, StoredTopic> read = new ConcurrentHashMap<>();

  PromptTopics(TopicStore store, PromptEmbeddings embeddings) {
    this.store = store;
    this.embeddings = embeddings;
  }

  /**
   * What a prompt means, from what it begins with. Takes milliseconds.
   *
   * @return empty where it cannot be embedded, or not yet
   */
  public Optional<Direction> direction(String prompt) {
    return embeddings
        .ofBeginning(prompt)
        .map(point -> Direction.of(PromptEmbeddings.model(point.language()), point.vector()));
  }

  /** A prompt without a direction may have one later, or at another replica. */
  public boolean away() {
    return embeddings.away();
  }

  /** Features of a service's topics, of every model. */
  public Map<String, StoredTopic> of(String service) {
    return byFeature(store.of(service));
  }

  /** Those topics that are among these features; any other feature is left out. */
  public Map<String, StoredTopic> among(Set<String> features) {
    Set<Long> missing = missing(features);
    if (!missing.isEmpty()) {
      read.putAll(byFeature(store.find(missing)));
    }
    return known(features);
  }

  /** As {@link #among}, on a connection that is there already. */
  public Map<String, StoredTopic> among(Connection c, Set<String> features) throws SQLException {
    Set<Long> missing = missing(features);
    if (!missing.isEmpty()) {
      read.putAll(byFeature(TopicStore.find(c, missing)));
    }
    return known(features);
  }

  /** Features of those of a service's topics that a prompt is about. */
  public static Set<String> about(
      Collection<StoredTopic> topics, String service, Direction direction) {
    return topics.stream()
        .filter(topic -> topic.service().equals(service) && topic.topic().has(direction))
        .map(StoredTopic::feature)
        .collect(Collectors.toSet());
  }

  /** Whether a service has such a topic now. */
  public boolean has(String service, String feature) {
    return TopicName.parse(feature).stream()
        .flatMap(name -> store.find(List.of(name.id())).stream())
        .anyMatch(topic -> topic.service().equals(service) && topic.feature().equals(feature));
  }

  /**
   * Keeps a topic, in the transaction of the connection.
   *
   * @param known those of the service that it was compared with
   * @return empty when somebody else added one meanwhile, which may be the same
   */
  public static Optional<StoredTopic> add(
      Connection c, String service, Topic topic, TopicWords words, Set<String> known, Instant now)
      throws SQLException {
    TopicStore.takeTurn(c);
    boolean alone =
        TopicStore.of(c, service).stream().map(StoredTopic::feature).allMatch(known::contains);
    return alone ? Optional.of(TopicStore.add(c, service, topic, words, now)) : Optional.empty();
  }

  /** Forgets topics of rules that retired before then and are wanted by nobody. */
  public int prune(Instant retiredBefore) {
    return store.prune(retiredBefore);
  }

  private Set<Long> missing(Set<String> features) {
    Set<Long> missing = new TreeSet<>();
    for (String feature : features) {
      if (!read.containsKey(feature)) {
        TopicName.parse(feature).ifPresent(name -> missing.add(name.id()));
      }
    }
    return missing;
  }

  private Map<String, StoredTopic> known(Set<String> features) {
    Map<String, StoredTopic> known = new HashMap<>();
    for (String feature : features) {
      StoredTopic topic = read.get(feature);
      if (topic != null) {
        known.put(feature, topic);
      }
    }
    return known;
  }

  private static Map<String, StoredTopic> byFeature(Collection<StoredTopic> topics) {
    Map<String, StoredTopic> byFeature = new HashMap<>();
    topics.forEach(topic -> byFeature.put(topic.feature(), topic));
    return byFeature;
  }
}
