package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Lexicon;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ahocorasick.trie.PayloadTrie;

/** Finds all terms at once by Aho and Corasick's automaton: in the time of one reading. */
final class TermTrie implements Lexicon {

  private final PayloadTrie<List<Listed>> trie;

  /**
   * @param category empty text for an exception
   */
  private record Listed(String term, String category) {}

  /**
   * @param categories by folded term; empty text for an exception
   */
  TermTrie(Map<String, String> categories) {
    Map<String, List<Listed>> listed = new HashMap<>();
    categories.forEach(
        (written, category) -> {
          String term = SimplifiedHan.of(written);
          listed
              .computeIfAbsent(Lexicon.key(term), key -> new ArrayList<>(1))
              .add(new Listed(term, category));
        });
    PayloadTrie.PayloadTrieBuilder<List<Listed>> builder = PayloadTrie.builder();
    listed.forEach(builder::addKeyword);
    this.trie = builder.build();
  }

  @Override
  public List<Hit> find(String text) {
    List<Hit> hits = new ArrayList<>();
    for (var emit : trie.parseText(text)) {
      for (Listed one : emit.getPayload()) {
        hits.add(new Hit(one.category(), one.term(), emit.getStart()));
      }
    }
    return hits;
  }

  @Override
  public String simplified(String text) {
    return SimplifiedHan.of(text);
  }
}
