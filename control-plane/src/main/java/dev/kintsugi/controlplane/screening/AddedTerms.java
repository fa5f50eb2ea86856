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
    Lexicon own = new TermTrie(terms);
    return text -> both(everywhere.find(text), own.find(text));
  }

  private static List<Lexicon.Hit> both(List<Lexicon.Hit> one, List<Lexicon.Hit> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }
}
