package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.StatisticsTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A table that grows by one clip at a time, so that a run that is stopped has not been in vain. */
final class StatisticsFile implements AutoCloseable {
  private final @Nullable BufferedWriter writer;

  private StatisticsFile(@Nullable BufferedWriter writer) {
    this.writer = writer;
  }

  /**
   * @param path null where nothing is to be kept
   */
  static StatisticsFile create(@Nullable Path path) throws IOException {
    if (path == null) {
      return new StatisticsFile(null);
    }
    StatisticsFile file = new StatisticsFile(Files.newBufferedWriter(path));
    file.line(StatisticsTable.header());
    return file;
  }

  void add(String name, ClipStatistics clip) throws IOException {
    line(StatisticsTable.line(name, clip));
  }

  private void line(String text) throws IOException {
    if (writer != null) {
      writer.write(text);
      writer.newLine();
      writer.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
