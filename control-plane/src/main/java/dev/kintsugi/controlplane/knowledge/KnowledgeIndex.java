package dev.kintsugi.controlplane.knowledge;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.Version;

/** One index in one directory, which no other process can open meanwhile. */
final class KnowledgeIndex implements Closeable {

  /** Changes whenever the same ledger would give another index. */
  private static final String LAYOUT = "1, Lucene " + Version.LATEST;

  private static final double BUFFER_MIB = 32;

  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private volatile long cases;

  private KnowledgeIndex(Directory directory, IndexWriter writer) throws IOException {
    this.directory = directory;
    this.writer = writer;
    this.searchers = new SearcherManager(writer, null);
    count();
  }

  /**
   * What a commit says of the index.
   *
   * @param database that it was built from
   */
  record Mark(String layout, String database, Position position) {

    static Mark of(String database, Position position) {
      return new Mark(LAYOUT, database, position);
    }

    boolean ofThisVersion() {
      return layout.equals(LAYOUT);
    }
  }

  /** Reads one answer out of a searcher. */
  @FunctionalInterface
  interface Search<T> {
    T in(IndexSearcher searcher) throws IOException;
  }

  /**
   * Opens what is there, and reads all of it to see that it is undamaged.
   *
   * @throws org.apache.lucene.store.LockObtainFailedException while another process has it
   */
  static KnowledgeIndex open(Path at) throws IOException {
    KnowledgeIndex index = open(at, IndexWriterConfig.OpenMode.APPEND);
    try {
      index.verify();
      return index;
    } catch (IOException | RuntimeException damaged) {
      IOUtils.closeWhileHandlingException(index);
      throw damaged;
    }
  }

  /** Removes what is there and begins an empty one. */
  static KnowledgeIndex create(Path at) throws IOException {
    Files.createDirectories(at);
    try (Directory directory = FSDirectory.open(at);
        var lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      lock.ensureValid();
      try (var files = Files.list(at)) {
        for (Path file : files.toList()) {
          if (!file.endsWith(IndexWriter.WRITE_LOCK_NAME)) {
            remove(file);
          }
        }
      }
    }
    return open(at, IndexWriterConfig.OpenMode.CREATE);
  }

  private static void remove(Path tree) throws IOException {
    try (var paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static KnowledgeIndex open(Path at, IndexWriterConfig.OpenMode mode) throws IOException {
    Directory directory = FSDirectory.open(at);
    IndexWriter writer = null;
    try {
      writer = new IndexWriter(directory, config(mode));
      return new KnowledgeIndex(directory, writer);
    } catch (IOException | RuntimeException failed) {
      if (writer != null) {
        IOUtils.closeWhileHandlingException(writer);
      }
      IOUtils.closeWhileHandlingException(directory);
      throw failed;
    }
  }

  private static IndexWriterConfig config(IndexWriterConfig.OpenMode mode) {
    TieredMergePolicy merges = new TieredMergePolicy();
    merges.setForceMergeDeletesPctAllowed(0);
    return new IndexWriterConfig(Words.KEPT)
        .setOpenMode(mode)
        .setCommitOnClose(false)
        .setMergePolicy(merges)
        .setRAMBufferSizeMB(BUFFER_MIB);
  }

  /** What the last commit says; of an empty index, that it is of nothing. */
  Mark mark() {
    Map<String, String> said = new HashMap<>();
    Iterable<Map.Entry<String, String>> data = writer.getLiveCommitData();
    if (data != null) {
      data.forEach(entry -> said.put(entry.getKey(), entry.getValue()));
    }
    return new Mark(
        said.getOrDefault("layout", ""),
        said.getOrDefault("database", ""),
        new Position(
            Long.parseLong(said.getOrDefault("transaction", "0")),
            Long.parseLong(said.getOrDefault("change", "0"))));
  }

  void put(Entry entry) throws IOException {
    writer.updateDocument(key(entry.id()), Documents.of(entry));
  }

  void put(Entry.Note note) throws IOException {
    Term key = new Term(Documents.KEY, Documents.FAMILY + note.family());
    if (note.note() == null) {
      writer.deleteDocuments(key);
    } else {
      writer.updateDocument(key, Documents.of(note));
    }
  }

  void remove(UUID id) throws IOException {
    writer.deleteDocuments(key(id));
  }

  private static Term key(UUID id) {
    return new Term(Documents.KEY, Documents.CASE + id);
  }

  /** Lets searches see what was put. */
  void show() throws IOException {
    searchers.maybeRefreshBlocking();
    count();
  }

  /** Makes what was put last. */
  void commit(Mark mark) throws IOException {
    writer.setLiveCommitData(
        Map.of(
                "layout", mark.layout(),
                "database", mark.database(),
                "transaction", Long.toString(mark.position().transaction()),
                "change", Long.toString(mark.position().id()))
            .entrySet());
    writer.commit();
  }

  boolean hasRemains() {
    return writer.hasDeletions();
  }

  /** Whether the last commit is older: merging in the background removes documents, too. */
  boolean uncommitted() {
    return writer.hasUncommittedChanges();
  }

  /**
   * Rewrites what has removed documents in it, so that nothing of them is left on the disk and
   * scores are those of an index that never had them. Seen after the next {@link #show}, gone after
   * the next {@link #commit}.
   */
  void expunge() throws IOException {
    writer.forceMergeDeletes(true);
  }

  /** Lets go of files that only an older searcher needed. */
  void tidy() throws IOException {
    writer.deleteUnusedFiles();
  }

  /**
   * Looks for the files of the last commit.
   *
   * @throws IOException when one is missing
   */
  void present() throws IOException {
    SegmentInfos last = SegmentInfos.readLatestCommit(directory);
    for (String file : last.files(true)) {
      directory.fileLength(file);
    }
  }

  /**
   * Reads every file of the last commit.
   *
   * @throws IOException when one is missing or is not what was written
   */
  void verify() throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        ((CodecReader) leaf.reader()).checkIntegrity();
      }
    }
  }

  /** Cases that searches see. */
  long cases() {
    return cases;
  }

  private void count() throws IOException {
    cases = search(searcher -> searcher.count(new TermQuery(Documents.IS_CASE)));
  }

  <T> T search(Search<T> search) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      return search.in(searcher);
    } finally {
      searchers.release(searcher);
    }
  }

  @Override
  public void close() throws IOException {
    List<Closeable> parts = new ArrayList<>();
    parts.add(searchers);
    parts.add(writer::rollback);
    parts.add(directory);
    IOUtils.close(parts);
  }
}
