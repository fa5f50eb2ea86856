package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Lexicon;
import io.micronaut.context.annotation.Value;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists in force. They are read again while the process runs; lists that are wrong leave the
 * ones before in force.
 */
@Singleton
final class ListedLexicon implements Lexicon {

  private static final Logger LOG = LoggerFactory.getLogger(ListedLexicon.class);

  private final String directory;
  private volatile Loaded loaded;

  /** Version of the lists that were looked at last, in force or refused. */
  private volatile String seen;

  /** An automaton and the lists it is made of. */
  private record Loaded(String version, Lexicon lexicon) {
    static Loaded of(LexiconLists lists) {
      return new Loaded(lists.version(), new TermTrie(lists.terms()));
    }
  }

  /**
   * @param directory of {@code CATEGORY.txt} files; empty for the small lists that come along
   * @throws IllegalArgumentException when the lists it begins with are wrong
   */
  ListedLexicon(@Value("${kintsugi.screening.lexicon-dir:}") String directory) {
    this.directory = directory;
    try {
      loaded = inForce(LexiconLists.of(files()));
      seen = loaded.version();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "kintsugi.screening.lexicon-dir: " + directory + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Loaded inForce(LexiconLists lists) {
    Loaded made = Loaded.of(lists);
    LOG.info("Lists {} with {} terms are in force", lists.version(), lists.terms().size());
    return made;
  }

  @Override
  public List<Hit> find(String text) {
    return loaded.lexicon().find(text);
  }

  @Override
  public String simplified(String text) {
    return loaded.lexicon().simplified(text);
  }

  String version() {
    return loaded.version();
  }

  @Scheduled(initialDelay = "10s", fixedDelay = "${kintsugi.screening.reload-every:10s}")
  void reload() {
    if (directory.isEmpty()) {
      return;
    }
    try {
      SortedMap<String, String> files = files();
      String version = LexiconLists.version(files);
      if (!version.equals(seen)) {
        seen = version;
        loaded = inForce(LexiconLists.of(files));
      }
    } catch (IOException | IllegalArgumentException wrong) {
      LOG.error("Lists {} stay in force: {}", loaded.version(), wrong.getMessage());
    }
  }

  private SortedMap<String, String> files() throws IOException {
    return directory.isEmpty() ? LexiconLists.embedded() : LexiconLists.in(Path.of(directory));
  }
}
