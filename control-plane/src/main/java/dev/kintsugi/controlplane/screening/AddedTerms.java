package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Terms;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Terms of a policy beside the lists of all services; its exceptions hold for both. */
final class AddedTerms {

  private AddedTerms() {}

  static Lexicon to(Lexicon everywhere, Terms added) {
    Map<String, String> terms = new HashMap<>();
    added
        .categories()
        .forEach(
            (category, written) ->
                written.forEach(
                    term -> Lexicon.term(term).ifPresent(folded -> terms.put(folded, category))));
    added
        .exceptions()
        .forEach(term -> Lexicon.term(term).ifPresent(folded -> terms.put(folded, "")));
    if (terms.isEmpty()) {
      return everywhere;
    }
    return new Both(everywhere, new TermTrie(terms));
  }

  /** Two in one. */
  private record Both(Lexicon everywhere, Lexicon own) implements Lexicon {

    @Override
    public List<Hit> find(String text) {
      return Stream.concat(everywhere.find(text).stream(), own.find(text).stream()).toList();
    }

    @Override
    public String simplified(String text) {
      return own.simplified(text);
    }
  }
}
