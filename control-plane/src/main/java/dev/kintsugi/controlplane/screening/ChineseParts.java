package dev.kintsugi.controlplane.screening;

import com.hankcs.hanlp.HanLP;
import com.hankcs.hanlp.corpus.tag.Nature;
import com.hankcs.hanlp.seg.Segment;
import com.hankcs.hanlp.seg.common.Term;
import dev.kintsugi.core.screening.PartOfSpeech;
import dev.kintsugi.core.screening.Tagger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Chinese words by HanLP's dictionary, which is inside its jar. One segmenter serves all threads:
 * it keeps nothing between two texts.
 */
final class ChineseParts {

  private static final Map<String, PartOfSpeech> TAGS =
      Map.of("rr", PartOfSpeech.PRONOUN, "vshi", PartOfSpeech.AUXILIARY);

  /** By the first letter of HanLP's tag. */
  private static final Map<Character, PartOfSpeech> PARTS =
      Map.ofEntries(
          Map.entry('n', PartOfSpeech.NOUN),
          Map.entry('g', PartOfSpeech.NOUN),
          Map.entry('s', PartOfSpeech.NOUN),
          Map.entry('j', PartOfSpeech.NOUN),
          Map.entry('t', PartOfSpeech.TIME),
          Map.entry('f', PartOfSpeech.LOCALIZER),
          Map.entry('v', PartOfSpeech.VERB),
          Map.entry('a', PartOfSpeech.ADJECTIVE),
          Map.entry('b', PartOfSpeech.ADJECTIVE),
          Map.entry('z', PartOfSpeech.ADJECTIVE),
          Map.entry('r', PartOfSpeech.DETERMINER),
          Map.entry('m', PartOfSpeech.NUMBER),
          Map.entry('q', PartOfSpeech.MEASURE),
          Map.entry('d', PartOfSpeech.ADVERB),
          Map.entry('p', PartOfSpeech.PREPOSITION),
          Map.entry('c', PartOfSpeech.CONJUNCTION),
          Map.entry('u', PartOfSpeech.PARTICLE),
          Map.entry('k', PartOfSpeech.NOUN),
          Map.entry('w', PartOfSpeech.PUNCTUATION));

  private final Segment segment;

  /** Reads the dictionaries; takes a moment. */
  ChineseParts() {
    segment = HanLP.newSegment().enableCustomDictionary(false);
    read("读词典");
  }

  List<Tagger.Term> read(String text) {
    String simplified = HanLP.convertToSimplifiedChinese(text);
    // Some words are longer in the other script; places must not shift.
    String same = simplified.length() == text.length() ? simplified : text;
    List<Tagger.Term> terms = new ArrayList<>();
    for (Term term : segment.seg(same)) {
      terms.add(new Tagger.Term(term.word, term.length(), part(term)));
    }
    return terms;
  }

  private static PartOfSpeech part(Term term) {
    Nature nature = term.nature;
    String tag = nature == null ? "x" : nature.toString();
    PartOfSpeech whole = TAGS.get(tag);
    if (whole != null) {
      return whole;
    }
    if (tag.startsWith("nr") || tag.startsWith("ns") || tag.startsWith("nt") || tag.equals("nx")) {
      return PartOfSpeech.PROPER;
    }
    return PARTS.getOrDefault(tag.charAt(0), PartOfSpeech.OTHER);
  }
}
