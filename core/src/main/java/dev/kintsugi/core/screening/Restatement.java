package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.ADJECTIVE;
import static dev.kintsugi.core.screening.PartOfSpeech.ADVERB;
import static dev.kintsugi.core.screening.PartOfSpeech.AUXILIARY;
import static dev.kintsugi.core.screening.PartOfSpeech.CONJUNCTION;
import static dev.kintsugi.core.screening.PartOfSpeech.DETERMINER;
import static dev.kintsugi.core.screening.PartOfSpeech.LOCALIZER;
import static dev.kintsugi.core.screening.PartOfSpeech.MEASURE;
import static dev.kintsugi.core.screening.PartOfSpeech.NUMBER;
import static dev.kintsugi.core.screening.PartOfSpeech.PARTICLE;
import static dev.kintsugi.core.screening.PartOfSpeech.PREPOSITION;
import static dev.kintsugi.core.screening.PartOfSpeech.PRONOUN;
import static dev.kintsugi.core.screening.PartOfSpeech.PUNCTUATION;
import static dev.kintsugi.core.screening.PartOfSpeech.VERB;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A prompt said anew in the order that the model was taught: who, what they do, where; then light
 * or style, then the camera. Every word is the prompt's or a neutral default; of a prompt without a
 * subject there is none.
 */
final class Restatement {

  /** Words of the sentence; with style and camera that is far below what the text encoder reads. */
  private static final int LONGEST_SENTENCE = 30;

  /** Taggers take them for verbs and pronouns. */
  private static final Set<String> LEADS_TO_FEELING =
      Set.of(
          "是",
          "变得",
          "显得",
          "anything",
          "seem",
          "seems",
          "look",
          "looks",
          "become",
          "becomes",
          "has",
          "have");

  private static final Set<String> RELATIVE = Set.of("who", "whom", "whose", "which", "that");

  private final TaggedText text;
  private final List<Token> tokens;
  private final Meaning meaning;
  private final List<Exclusion> exclusions;
  private final int most;

  private Restatement(TaggedText text, ScreeningPolicy policy) {
    this.text = text;
    this.tokens = text.tokens();
    this.meaning = Meaning.of(tokens);
    this.exclusions = Exclusion.of(tokens).stream().filter(e -> meaning.literal(e.from())).toList();
    this.most = Math.max(1, policy.objects() / 2);
  }

  static Optional<String> of(TaggedText text, ScreeningPolicy policy) {
    return new Restatement(text, policy).whole();
  }

  private Optional<String> whole() {
    return subject().flatMap(this::compose);
  }

  private Optional<String> compose(int subject) {
    boolean chinese = tokens.get(subject).chinese();
    Defaults defaults = chinese ? Defaults.CHINESE : Defaults.ENGLISH;
    Span sentence = sentence(subject);
    if (sentence.to() <= subject) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    parts.add(written(sentence));
    scene(sentence).map(this::written).map(Restatement::within).ifPresent(parts::add);
    mood(chinese).map(defaults::mood).ifPresent(parts::add);
    parts.add(phrase(Vocabulary::lit, sentence).orElse(defaults.light()));
    parts.add(phrase(Vocabulary::taken, sentence).orElse(defaults.camera()));
    parts.addAll(1, leftOut(parts));
    return Optional.of(String.join(chinese ? "，" : ", ", parts));
  }

  /** Tokens from one, until before the other. */
  private record Span(int from, int to) {}

  /** The first thing to be seen that is not the place of something else. */
  private Optional<Integer> subject() {
    return meaning.objects().stream().filter(at -> !place(at) && !denied(at)).findFirst();
  }

  /** What must not be seen and is in no part yet. */
  private List<String> leftOut(List<String> parts) {
    return exclusions.stream()
        .map(exclusion -> written(new Span(exclusion.from(), exclusion.to())))
        .map(Restatement::within)
        .filter(words -> parts.stream().noneMatch(part -> part.contains(words)))
        .distinct()
        .toList();
  }

  private boolean denied(int head) {
    if (exclusions.stream().anyMatch(exclusion -> exclusion.has(head))) {
      return true;
    }
    int start = phraseStart(head);
    return Negations.deny(tokens.get(start).text())
        || (start > 0 && same(head, start - 1) && Negations.deny(tokens.get(start - 1).text()));
  }

  private boolean place(int head) {
    int start = phraseStart(head);
    boolean localized = head + 1 < tokens.size() && tokens.get(head + 1).is(LOCALIZER);
    if (localized || start == 0 || !same(head, start - 1)) {
      return localized;
    }
    Token before = tokens.get(start - 1);
    boolean ofStyle = before.text().equals("of") && start > 1 && !tokens.get(start - 2).entity();
    return before.is(PREPOSITION) && !ofStyle;
  }

  private int phraseStart(int head) {
    int start = head;
    while (start > 0
        && same(head, start - 1)
        && meaning.literal(start - 1)
        && leads(tokens.get(start - 1))) {
      start--;
    }
    return start;
  }

  private static boolean leads(Token token) {
    return token.noun()
        || token.is(DETERMINER, NUMBER, MEASURE, ADJECTIVE)
        || (token.is(PRONOUN) && !Vocabulary.person(token.text()))
        || (token.chinese() && token.is(ADVERB))
        || (token.chinese() && token.is(PARTICLE) && token.text().equals("的"));
  }

  /** From the subject to the end of its clause and of its list, or to where too much begins. */
  private Span sentence(int subject) {
    int from = sentenceStart(subject);
    int listEnd = listEnd(subject);
    int seen = 0;
    int good = subject + 1;
    int to = from;
    while (to < listEnd && to != meaning.felt()) {
      seen += meaning.objects().contains(to) ? 1 : 0;
      if (seen > most || to - from >= LONGEST_SENTENCE) {
        return new Span(from, complete(subject, good));
      }
      boolean boundary = tokens.get(to).is(CONJUNCTION, PREPOSITION, PUNCTUATION);
      good = boundary && to > subject ? to : good;
      to++;
    }
    return new Span(from, complete(subject, to == meaning.felt() ? trimmed(subject, to) : to));
  }

  /** Without a "who" of which nothing is said any more. */
  private int complete(int subject, int to) {
    int end = to;
    while (end > subject + 1 && RELATIVE.contains(tokens.get(end - 1).text())) {
      end--;
    }
    return end;
  }

  /** What stands there ("on a table lie apples") begins with where. */
  private int sentenceStart(int subject) {
    int start = phraseStart(subject);
    int clause = start;
    while (clause > 0 && same(subject, clause - 1)) {
      clause--;
    }
    boolean there = start > clause && tokens.get(start - 1).is(VERB, PARTICLE);
    boolean felt = meaning.felt() >= clause && meaning.felt() < start;
    return there && !felt ? clause : start;
  }

  /** Index after the last of the clauses that only go on with a list. */
  private int listEnd(int subject) {
    int end = meaning.clauseEnd(subject);
    int next = end + 1;
    while (next < tokens.size() && tokens.get(end).is(PUNCTUATION)) {
      int to = meaning.clauseEnd(next);
      boolean item =
          tokens.subList(next, to).stream().allMatch(token -> leads(token) || token.is(CONJUNCTION))
              && tokens.subList(next, to).stream().anyMatch(Token::entity)
              && tokens.subList(next, to).stream().noneMatch(Restatement::looks);
      if (!item) {
        break;
      }
      end = to;
      next = end + 1;
    }
    return end;
  }

  private static boolean looks(Token token) {
    return Vocabulary.lit(token.text()) || Vocabulary.taken(token.text());
  }

  /** Without what only leads to the feeling, or denies it. */
  private int trimmed(int subject, int to) {
    int denial = Negations.denial(tokens, to);
    int end = denial > subject ? Math.min(denial, to) : to;
    while (end > subject + 1
        && (tokens.get(end - 1).is(CONJUNCTION, PREPOSITION, ADVERB, AUXILIARY, PARTICLE)
            || Negations.denies(tokens.get(end - 1))
            || LEADS_TO_FEELING.contains(tokens.get(end - 1).text())
            || Vocabulary.feelingVerb(tokens.get(end - 1).text()))) {
      end--;
    }
    return end;
  }

  /** A clause that begins with a place, where the sentence names none. */
  private Optional<Span> scene(Span sentence) {
    boolean placed =
        tokens.subList(sentence.from(), sentence.to()).stream()
            .anyMatch(token -> token.is(PREPOSITION, LOCALIZER));
    if (placed) {
      return Optional.empty();
    }
    return clauses()
        .filter(clause -> clause.from() >= sentence.to() || clause.to() <= sentence.from())
        .filter(clause -> starts(clause) || ends(clause))
        .filter(clause -> entities(clause) > 0 && entities(clause) <= 3)
        .findFirst();
  }

  /** What began a sentence goes on with one. */
  private static String within(String scene) {
    return scene.substring(0, 1).toLowerCase(Locale.ROOT) + scene.substring(1);
  }

  private boolean starts(Span clause) {
    return tokens.get(clause.from()).is(PREPOSITION);
  }

  private boolean ends(Span clause) {
    return tokens.get(clause.to() - 1).is(LOCALIZER);
  }

  private long entities(Span span) {
    return meaning.objects().stream().filter(at -> at >= span.from() && at < span.to()).count();
  }

  private Optional<String> mood(boolean chinese) {
    return Stream.of(meaning.felt())
        .filter(at -> at >= 0)
        .flatMap(at -> IntStream.range(at, meaning.clauseEnd(at)).boxed())
        .filter(at -> Negations.denial(tokens, at) < 0)
        .map(tokens::get)
        .filter(token -> token.is(ADJECTIVE) && token.chinese() == chinese)
        .filter(token -> Vocabulary.feeling(token.text()))
        .map(token -> text.wording().text(token.start(), token.end()))
        .findFirst();
  }

  /** A clause that says nothing but how it is lit or taken. */
  private Optional<String> phrase(Predicate<String> kind, Span sentence) {
    return clauses()
        .filter(clause -> clause.from() >= sentence.to() || clause.to() <= sentence.from())
        .filter(clause -> clause.to() - clause.from() <= 5 && entities(clause) == 0)
        .filter(
            clause ->
                tokens.subList(clause.from(), clause.to()).stream()
                    .anyMatch(token -> kind.test(token.text())))
        .filter(clause -> meaning.felt() < clause.from() || meaning.felt() >= clause.to())
        .map(this::written)
        .findFirst();
  }

  private Stream<Span> clauses() {
    List<Span> clauses = new ArrayList<>();
    int at = 0;
    while (at < tokens.size()) {
      int to = meaning.clauseEnd(at);
      if (to > at) {
        clauses.add(new Span(at, to));
      }
      boolean sign = to < tokens.size() && same(at, to);
      at = sign ? to + 1 : Math.max(to, at + 1);
    }
    return clauses.stream();
  }

  /** As the prompt has it, without its comparisons. */
  private String written(Span span) {
    StringBuilder written = new StringBuilder();
    int at = span.from();
    while (at < span.to()) {
      int to = at;
      while (to < span.to() && meaning.literal(to)) {
        to++;
      }
      if (to > at) {
        written.append(written.isEmpty() ? "" : " ");
        written.append(text.wording().text(tokens.get(at).start(), tokens.get(to - 1).end()));
      }
      at = Math.max(to, at + 1);
    }
    return Rewording.tidy(Glyph.UNSEEN.matcher(written).replaceAll(""));
  }

  private boolean same(int one, int other) {
    return tokens.get(one).clause() == tokens.get(other).clause();
  }

  /** What is said where the prompt says nothing. */
  private enum Defaults {
    ENGLISH("%s mood", "soft natural light", "static camera"),
    CHINESE("%s的氛围", "柔和的自然光", "固定镜头");

    private final String mood;
    private final String light;
    private final String camera;

    Defaults(String mood, String light, String camera) {
      this.mood = mood;
      this.light = light;
      this.camera = camera;
    }

    String mood(String feeling) {
      return mood.formatted(feeling);
    }

    String light() {
      return light;
    }

    String camera() {
      return camera;
    }
  }
}
