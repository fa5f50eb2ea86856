package dev.kintsugi.controlplane.knowledge;

import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.metrics.KnowledgeCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** An index whose keeper looks when the test says so. */
public final class TestKnowledge implements AutoCloseable {

  private static final Duration LONG = Duration.ofMinutes(2);

  private final KnowledgeKeeper keeper;
  private final Knowledge knowledge;
  private final Meters meters;
  private final Path directory;

  private TestKnowledge(
      KnowledgeKeeper keeper, Knowledge knowledge, Meters meters, Path directory) {
    this.keeper = keeper;
    this.knowledge = knowledge;
    this.meters = meters;
    this.directory = directory;
  }

  /** That of a server. */
  public static TestKnowledge of(TestServer server) {
    return new TestKnowledge(
        server.bean(KnowledgeKeeper.class),
        server.bean(Knowledge.class),
        server.bean(Meters.class),
        Path.of(server.bean(KnowledgeSettings.class).dir()));
  }

  /** One that starts in a directory, as another replica would. */
  public static TestKnowledge startedIn(Path directory, TestServer server) {
    Meters meters = new Meters();
    KnowledgeStore store = server.bean(KnowledgeStore.class);
    KnowledgeSettings settings =
        new KnowledgeSettings(directory.toString(), Duration.ofDays(7), Duration.ofHours(1));
    KnowledgeKeeper keeper = new KnowledgeKeeper(store, settings, Clock.systemUTC(), meters);
    keeper.look();
    return new TestKnowledge(keeper, new Knowledge(keeper, store), meters, directory);
  }

  public Knowledge knowledge() {
    return knowledge;
  }

  /** Once. */
  public void look() {
    keeper.look();
  }

  /**
   * Until there is nothing new, and nothing left of what was removed. After a removal that took
   * long, the keeper waits nine times as long before the next.
   */
  public void settle() {
    await()
        .atMost(LONG)
        .until(
            () -> {
              keeper.look();
              KnowledgeIndex index = keeper.index();
              return keeper.state().behind() == 0
                  && index != null
                  && !index.hasRemains()
                  && !index.uncommitted();
            });
  }

  /** Until every prompt's meaning is kept: those that the server is at itself are passed over. */
  public static void understand(TestServer server) {
    Meanings meanings = server.bean(Meanings.class);
    await().atMost(LONG).until(meanings::ready);
    await()
        .atMost(LONG)
        .until(
            () ->
                meanings.embed() == 0
                    && server
                            .database()
                            .number("SELECT count(*) FROM prompt_vector WHERE model = ''")
                        == 0);
  }

  public double rebuilds(String cause) {
    return meters.counter(KnowledgeCatalogue.KNOWLEDGE_REBUILDS).labelValues(cause).get();
  }

  public double failures() {
    return meters.counter(KnowledgeCatalogue.KNOWLEDGE_FAILURES).get();
  }

  /** Where the files are. */
  public Path slot() {
    return directory.resolve("0");
  }

  /** Files of the index, without its lock. */
  public List<Path> files() {
    try (Stream<Path> files = Files.list(slot())) {
      return files.filter(file -> !file.endsWith("write.lock")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a file of the index has these bytes. */
  public boolean has(String word) {
    return files().stream()
        .anyMatch(file -> new String(bytes(file), StandardCharsets.UTF_8).contains(word));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a directory with all that is in it. */
  public static void destroy(Path tree) {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    keeper.stop();
  }
}
