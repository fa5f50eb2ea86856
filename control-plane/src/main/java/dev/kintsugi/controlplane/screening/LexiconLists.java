package dev.kintsugi.controlplane.screening;

import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.protocol.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Lists of terms as people write them, one file a category.
 *
 * @param version changes with every change of a list
 * @param terms category by folded term; empty text for an exception
 */
record LexiconLists(String version, Map<String, String> terms) {

  private static final String SUFFIX = ".txt";
  private static final List<String> EMBEDDED =
      List.of("self-harm.txt", "sexual-minors.txt", "violence.txt");
  private static final int MOST_TERMS = 100_000;
  private static final int VERSION_LENGTH = 12;

  LexiconLists {
    // Map.copyOf probes one place after the other: seconds for ten thousands of terms that are
    // alike.
    terms = Collections.unmodifiableMap(new HashMap<>(terms));
  }

  /** Texts of the lists that come with the product, by file name: a small beginning. */
  static SortedMap<String, String> embedded() {
    SortedMap<String, String> files = new TreeMap<>();
    for (String name : EMBEDDED) {
      try (InputStream list = LexiconLists.class.getResourceAsStream("/lexicon/" + name)) {
        if (list == null) {
          throw new IllegalStateException("the list " + name + " is missing");
        }
        files.put(name, new String(list.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  /**
   * Texts of every {@code *.txt} of a directory, by file name.
   *
   * @throws IOException when it cannot be read, or has none; a file that cannot is named
   */
  static SortedMap<String, String> in(Path directory) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : entries.filter(path -> path.toString().endsWith(SUFFIX)).toList()) {
        files.put(file.getFileName().toString(), text(file));
      }
    }
    if (files.isEmpty()) {
      throw new IOException("no file there ends with " + SUFFIX);
    }
    return files;
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file.getFileName() + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IOException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param files texts by file name
   * @throws IllegalArgumentException naming the file and the line that is wrong, or when all of
   *     them forbid nothing
   */
  static LexiconLists of(SortedMap<String, String> files) {
    Map<String, String> terms = new LinkedHashMap<>();
    files.forEach(
        (file, text) -> {
          String category = file.substring(0, file.length() - SUFFIX.length());
          List<String> lines = text.lines().toList();
          for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
              boolean exception = line.startsWith("!");
              String term = term(exception ? line.substring(1) : line, file, i + 1);
              terms.merge(term, exception ? "" : category, LexiconLists::both);
            }
          }
        });
    if (terms.values().stream().allMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "the lists %s have no term that is forbidden"
              .formatted(String.join(", ", files.keySet())));
    }
    if (terms.size() > MOST_TERMS) {
      throw new IllegalArgumentException(
          "the lists have %d terms; at most %d are taken".formatted(terms.size(), MOST_TERMS));
    }
    return new LexiconLists(version(files), terms);
  }

  /** An exception holds, whichever of the files is read first. */
  private static String both(String before, String category) {
    return before.isEmpty() ? before : category;
  }

  private static String term(String written, String file, int line) {
    return Lexicon.term(written)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s, line %d: %s: '%s'"
                        .formatted(file, line, Lexicon.TERM_RULE, written.strip())));
  }

  /** A digest of texts, without understanding them. */
  static String version(SortedMap<String, String> files) {
    MessageDigest digest = Sha256.begin();
    files.forEach(
        (name, text) ->
            digest.update((name + "\n" + text + "\0").getBytes(StandardCharsets.UTF_8)));
    return Sha256.end(digest).substring(0, VERSION_LENGTH);
  }
}
