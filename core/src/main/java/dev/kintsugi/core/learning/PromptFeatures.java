package dev.kintsugi.core.learning;

import dev.kintsugi.core.screening.PromptTraits;
import dev.kintsugi.core.screening.PromptTraits.Fragment;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What a submission has that a failure may come from, by names that people can read: {@code
 * word:dragon}, {@code han:悲伤}, {@code emoji-run>=5}, {@code length>=400}, {@code brackets>=2},
 * {@code mixed-scripts}, {@code frames>=33}, {@code steps>=50} and {@code pixels>=2000000}, which
 * is width times height times frames. A quantity has every name whose bound it reaches. What a
 * prompt is about is a feature too, by another way: see {@link TopicName}.
 */
public final class PromptFeatures {

  /** A longer prompt is described by its first words. */
  private static final int MOST_WORDS = 120;

  private static final int SHORTEST_WORD = 2;

  /** A longer run of letters is hardly a word, and no index holds any length. */
  private static final int LONGEST_WORD = 64;

  private static final String EMOJI_RUN = "emoji-run";
  private static final String MIXED = "mixed-scripts";
  private static final int[] EMOJI = {3, 5, 8, 12};
  private static final int[] LENGTHS = {100, 200, 400, 800, 1600};
  private static final int[] BRACKETS = {1, 2, 3};
  private static final int[] FRAMES = {9, 17, 33, 49, 81, 121};
  private static final int[] STEPS = {10, 20, 30, 40, 50, 75, 100};

  /** Half an octave apart, from a tiny clip to a minute of 1080p. */
  private static final double[] PIXELS =
      DoubleStream.iterate(10_000, bound -> bound <= 4e9, bound -> bound * Math.sqrt(2)).toArray();

  private static final Set<String> BOUNDS = bounds();

  private PromptFeatures() {}

  /** What is to be made. */
  public record Submission(String prompt, int width, int height, int frames, int steps) {

    /** The same of another wording. */
    public Submission with(String other) {
      return new Submission(other, width, height, frames, steps);
    }
  }

  public static Set<String> of(Submission submission) {
    PromptTraits traits = PromptTraits.of(submission.prompt());
    Set<String> features = quantities(traits, submission);
    fragments(traits).forEach(named -> features.add(named.name()));
    return features;
  }

  /** Those of a submission that are no part of its text. */
  public static Set<String> quantities(Submission submission) {
    return quantities(PromptTraits.of(submission.prompt()), submission);
  }

  private static Set<String> quantities(PromptTraits traits, Submission submission) {
    Set<String> features = new TreeSet<>();
    reached(features, EMOJI_RUN, traits.longestEmojiRun(), EMOJI);
    reached(features, "length", traits.length(), LENGTHS);
    reached(features, "brackets", traits.bracketDepth(), BRACKETS);
    if (traits.mixed()) {
      features.add(MIXED);
    }
    reached(features, "frames", submission.frames(), FRAMES);
    reached(features, "steps", submission.steps(), STEPS);
    pixels(features, (double) submission.width() * submission.height() * submission.frames());
    return features;
  }

  /** Emoji in a row that some feature asks for. */
  public static OptionalInt emojiRun(Collection<String> features) {
    return features.stream()
        .filter(feature -> family(feature).equals(EMOJI_RUN))
        .mapToInt(feature -> Integer.parseInt(feature.substring(EMOJI_RUN.length() + 2)))
        .max();
  }

  /** Where the first of the features stands; empty for those that are nowhere in the text. */
  public static Optional<Fragment> place(String prompt, Set<String> features) {
    return fragments(PromptTraits.of(prompt))
        .filter(named -> features.contains(named.name()))
        .map(Named::fragment)
        .findFirst();
  }

  /**
   * Features of one family say the same in several strengths; a rule has one of them. So it has one
   * topic: a second one would be wider, narrower or next to it.
   */
  static String family(String feature) {
    if (TopicName.is(feature)) {
      return "topic";
    }
    int bound = feature.indexOf(">=");
    return bound < 0 ? feature : feature.substring(0, bound);
  }

  private record Named(String name, Fragment fragment) {}

  private static Stream<Named> fragments(PromptTraits traits) {
    return Stream.concat(
        traits.words().stream()
            .filter(word -> word.text().length() >= SHORTEST_WORD)
            .filter(word -> word.text().length() <= LONGEST_WORD)
            .limit(MOST_WORDS)
            .map(word -> new Named("word:" + word.text(), word)),
        traits.chinese().stream()
            .limit(2L * MOST_WORDS)
            .map(gram -> new Named("han:" + gram.text(), gram)));
  }

  private static void reached(Set<String> features, String family, int value, int[] bounds) {
    for (int bound : bounds) {
      if (value >= bound) {
        features.add(family + ">=" + bound);
      }
    }
  }

  private static void pixels(Set<String> features, double pixels) {
    for (double bound : PIXELS) {
      if (pixels >= bound) {
        features.add("pixels>=" + rounded(bound));
      }
    }
  }

  /** Two digits are enough, and the name stays the same on every machine. */
  private static long rounded(double bound) {
    long unit = (long) Math.pow(10, Math.floor(Math.log10(bound)) - 1);
    return Math.round(bound / unit) * unit;
  }

  /** Whether a name is one that {@link #of} gives: a part of a text has it itself. */
  public static boolean known(String feature) {
    if (BOUNDS.contains(feature) || feature.equals(MIXED)) {
      return true;
    }
    String text = feature.substring(feature.indexOf(':') + 1);
    return text.length() <= LONGEST_WORD
        && fragments(PromptTraits.of(text)).anyMatch(named -> named.name().equals(feature));
  }

  private static Set<String> bounds() {
    Set<String> all = new LinkedHashSet<>();
    int most = Integer.MAX_VALUE;
    reached(all, EMOJI_RUN, most, EMOJI);
    reached(all, "length", most, LENGTHS);
    reached(all, "brackets", most, BRACKETS);
    reached(all, "frames", most, FRAMES);
    reached(all, "steps", most, STEPS);
    pixels(all, Double.MAX_VALUE);
    return all;
  }
}
