package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.PartOfSpeech;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTaggerME;

/** English parts of speech by OpenNLP's model, which comes as a jar. */
final class EnglishParts {

  private static final String MODEL = "/opennlp-en-ud-ewt-pos-1.2-2.5.0.bin";

  private static final Map<String, PartOfSpeech> PARTS =
      Map.ofEntries(
          Map.entry("NOUN", PartOfSpeech.NOUN),
          Map.entry("PROPN", PartOfSpeech.PROPER),
          Map.entry("PRON", PartOfSpeech.PRONOUN),
          Map.entry("VERB", PartOfSpeech.VERB),
          Map.entry("AUX", PartOfSpeech.AUXILIARY),
          Map.entry("ADJ", PartOfSpeech.ADJECTIVE),
          Map.entry("ADV", PartOfSpeech.ADVERB),
          Map.entry("ADP", PartOfSpeech.PREPOSITION),
          Map.entry("DET", PartOfSpeech.DETERMINER),
          Map.entry("NUM", PartOfSpeech.NUMBER),
          Map.entry("CCONJ", PartOfSpeech.CONJUNCTION),
          Map.entry("SCONJ", PartOfSpeech.CONJUNCTION),
          Map.entry("PART", PartOfSpeech.PARTICLE),
          Map.entry("PUNCT", PartOfSpeech.PUNCTUATION));

  private static final int MOST_IDLE = 16;

  /** It is what takes memory, and is only read: all taggers share it. */
  private final POSModel model;

  /** A tagger keeps the last text that it read, so no two threads may use one at once. */
  private final BlockingQueue<POSTaggerME> idle = new ArrayBlockingQueue<>(MOST_IDLE);

  /** Reads the model; takes a moment. */
  EnglishParts() {
    try (InputStream in = EnglishParts.class.getResourceAsStream(MODEL)) {
      if (in == null) {
        throw new IllegalStateException("the model " + MODEL + " is missing");
      }
      model = new POSModel(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<PartOfSpeech> read(List<String> words) {
    POSTaggerME free = idle.poll();
    POSTaggerME tagger = free == null ? new POSTaggerME(model) : free;
    String[] tags = tagger.tag(words.toArray(String[]::new));
    // One more than are kept is left to the collector.
    var unused = idle.offer(tagger);
    return Stream.of(tags).map(tag -> PARTS.getOrDefault(tag, PartOfSpeech.OTHER)).toList();
  }
}
