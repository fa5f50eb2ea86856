package dev.kintsugi.core.learning;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What people may call a topic.
 *
 * @param words that are more frequent in its prompts than in the others, at most three; only such
 *     as several prompts have, so none that tells of one of them
 * @param prompts different ones that are about it
 */
public record TopicWords(List<String> words, int prompts) {

  private static final int MOST_WORDS = 3;
  private static final int LEAST_PROMPTS = 5;

  /** Of the topic's prompts; a rarer word is chance, or another subject. */
  private static final double LEAST_SHARE = 0.05;

  private static final int LONGEST = 30;

  /** How many different prompts have a word, and how many of those are about the topic. */
  private static final class Count {
    private int all;
    private int inside;

    void add(boolean about) {
      all++;
      inside += about ? 1 : 0;
    }

    /** How much its frequency inside tells: twice that among all prompts tells nothing yet. */
    double score(double share) {
      return inside * Math.log(inside / (2 * share * all));
    }
  }

  private record Scored(String word, double score) {}

  public static TopicWords of(Topic topic, SampleSet set) {
    Map<String, Count> counts = new HashMap<>();
    Set<Direction> prompts = new HashSet<>();
    Count each = new Count();
    for (Sample sample : set.samples()) {
      Direction direction = sample.direction();
      if (direction != null && topic.centre().comparable(direction) && prompts.add(direction)) {
        boolean about = topic.has(direction);
        each.add(about);
        words(sample).forEach(word -> counts.computeIfAbsent(word, w -> new Count()).add(about));
      }
    }
    return new TopicWords(words(counts, each), each.inside);
  }

  private static Stream<String> words(Sample sample) {
    return sample.features().stream()
        .filter(feature -> feature.startsWith("word:") || feature.startsWith("han:"))
        .map(feature -> feature.substring(feature.indexOf(':') + 1));
  }

  private static List<String> words(Map<String, Count> counts, Count prompts) {
    double share = (double) prompts.inside / prompts.all;
    double least = Math.max(LEAST_PROMPTS, LEAST_SHARE * prompts.inside);
    List<String> best = new ArrayList<>();
    counts.entrySet().stream()
        .filter(entry -> entry.getValue().inside >= least)
        .filter(entry -> entry.getKey().length() <= LONGEST)
        .map(entry -> new Scored(entry.getKey(), entry.getValue().score(share)))
        .filter(scored -> scored.score() > 0)
        .sorted(
            Comparator.comparingDouble((Scored scored) -> -scored.score())
                .thenComparing(Scored::word))
        .forEach(
            scored -> {
              if (best.size() < MOST_WORDS
                  && best.stream().noneMatch(word -> overlap(word, scored.word()))) {
                best.add(scored.word());
              }
            });
    return List.copyOf(best);
  }

  /** Neighbouring Chinese characters are read by two and three, so they say the same again. */
  private static boolean overlap(String one, String other) {
    return UnicodeScript.of(one.codePointAt(0)) == UnicodeScript.HAN
        && one.codePoints().anyMatch(c -> other.indexOf(c) >= 0);
  }
}
