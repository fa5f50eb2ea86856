package dev.kintsugi.controlplane.knowledge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * Directories for indexes, one a process: replicas may share a volume, and one that was replaced
 * leaves its index to its successor.
 */
final class KnowledgeSlots {

  private static final int MOST = 16;

  private final Path root;
  private Path mine;

  private KnowledgeSlots(Path root) {
    this.root = root;
    this.mine = root.resolve("0");
  }

  static KnowledgeSlots in(String directory) {
    return new KnowledgeSlots(Path.of(directory));
  }

  /** What was found where this process may keep its index. */
  sealed interface Opened {
    /** An index that can be read to its end. */
    record Whole(KnowledgeIndex index) implements Opened {}

    /** No index yet. */
    record Nothing() implements Opened {}

    /** One that cannot be read. */
    record Damaged(String why) implements Opened {}
  }

  /**
   * Opens the first that no other process has.
   *
   * @throws IOException when all are taken
   */
  Opened open() throws IOException {
    for (int slot = 0; slot < MOST; slot++) {
      mine = root.resolve(Integer.toString(slot));
      if (!Files.isDirectory(mine)) {
        return new Opened.Nothing();
      }
      try {
        return new Opened.Whole(KnowledgeIndex.open(mine));
      } catch (LockObtainFailedException taken) {
        continue;
      } catch (IndexNotFoundException none) {
        return new Opened.Nothing();
      } catch (IOException | RuntimeException damaged) {
        return new Opened.Damaged(damaged.toString());
      }
    }
    throw new IOException("%d processes keep indexes in %s already".formatted(MOST, root));
  }

  /** An empty index where {@link #open} found none that is whole. */
  KnowledgeIndex begin() throws IOException {
    return KnowledgeIndex.create(mine);
  }
}
