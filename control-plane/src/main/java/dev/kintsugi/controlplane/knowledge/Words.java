package dev.kintsugi.controlplane.knowledge;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * How text becomes words: compatibility form, lower case, English stems. Chinese is cut into pairs
 * of characters, since it has no spaces; kept text has its single characters, too, so that one
 * character can be asked for.
 */
final class Words {

  static final Analyzer KEPT = analyzer(true);
  private static final Analyzer ASKED = analyzer(false);

  /** Lucene refuses a query of more than 1024 parts; no sentence has that many words. */
  private static final int MOST = 200;

  private Words() {}

  static String normal(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC);
  }

  /** The words of what is asked for, each once. */
  static Set<String> asked(String text) {
    Set<String> words = new LinkedHashSet<>();
    try (TokenStream tokens = ASKED.tokenStream("", new StringReader(normal(text)))) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (words.size() < MOST && tokens.incrementToken()) {
        words.add(term.toString());
      }
      tokens.end();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return words;
  }

  private static Analyzer analyzer(boolean singles) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        StandardTokenizer tokenizer = new StandardTokenizer();
        TokenStream words = new LowerCaseFilter(new EnglishPossessiveFilter(tokenizer));
        TokenStream pairs =
            new CJKBigramFilter(
                words,
                CJKBigramFilter.HAN
                    | CJKBigramFilter.HIRAGANA
                    | CJKBigramFilter.KATAKANA
                    | CJKBigramFilter.HANGUL,
                singles);
        return new TokenStreamComponents(tokenizer, new PorterStemFilter(pairs));
      }
    };
  }
}
