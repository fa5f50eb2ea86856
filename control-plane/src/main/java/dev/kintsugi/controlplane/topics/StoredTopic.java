package dev.kintsugi.controlplane.topics;

import dev.kintsugi.core.learning.Topic;
import dev.kintsugi.core.learning.TopicName;
import dev.kintsugi.core.learning.TopicWords;

/**
 * A topic as it is kept.
 *
 * @param service {@code namespace/name}
 * @param words as they were when it was found
 */
public record StoredTopic(long id, String service, Topic topic, TopicWords words) {

  /** The feature of being about it. */
  public String feature() {
    return new TopicName(words.words(), id).feature();
  }
}
