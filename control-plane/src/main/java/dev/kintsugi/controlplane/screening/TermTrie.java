package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Lexicon;
import java.util.List;
import java.util.Map;
import org.ahocorasick.trie.PayloadTrie;

/** Finds all terms at once by Aho and Corasick's automaton: in the time of one reading. */
final class TermTrie implements Lexicon {

  private final PayloadTrie<String> trie;

  /**
   * @param categories by folded term; empty text for an exception
   */
  TermTrie(Map<String, String> categories) {
    PayloadTrie.PayloadTrieBuilder<String> builder = PayloadTrie.builder();
    categories.forEach(builder::addKeyword);
    this.trie = builder.build();
  }

  @Override
  public List<Hit> find(String folded) {
    return trie.parseText(folded).stream()
        .map(emit -> new Hit(String.valueOf(emit.getPayload()), emit.getStart(), emit.getEnd() + 1))
        .toList();
  }
}
