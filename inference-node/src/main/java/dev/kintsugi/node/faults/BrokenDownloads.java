package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.http.server.types.files.SystemFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Breaks files that are being fetched: the connection is cut, or one byte is wrong. */
@ServerFilter("/v1/videos/*/content")
@Requires(property = FaultSettings.SWITCH, value = "true")
final class BrokenDownloads {
  private final FaultBoard board;

  BrokenDownloads(FaultBoard board) {
    this.board = board;
  }

  @ResponseFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void content(MutableHttpResponse<?> response) throws IOException {
    if (response.status() != HttpStatus.OK || !(response.body() instanceof SystemFile file)) {
      return;
    }
    Path path = file.getFile().toPath();
    long length = Files.size(path);
    Optional<ArmedFault> cut = board.act(Kind.UPLOAD_FAILED, Chance.ANY);
    Optional<ArmedFault> altered =
        cut.isEmpty() ? board.act(Kind.UPLOAD_ALTERED, Chance.ANY) : Optional.empty();
    if (cut.isPresent()) {
      cut.get().did("cut the connection after " + length / 2 + " of " + length + " bytes");
      send(response, file, new Cut(Files.newInputStream(path), length / 2));
      board.settle(cut.get());
    } else if (altered.isPresent()) {
      altered.get().did("sent byte " + length / 2 + " of " + length + " wrong");
      send(response, file, new OneByteWrong(Files.newInputStream(path), length / 2));
      board.settle(altered.get());
    }
  }

  private static void send(MutableHttpResponse<?> response, SystemFile file, InputStream bytes) {
    response.body(
        new StreamedFile(
            bytes,
            MediaType.of(file.getMediaType()),
            file.getFile().lastModified(),
            file.getFile().length()));
  }

  /** A stream that breaks after so many bytes. */
  private static final class Cut extends FilterInputStream {
    private long left;

    Cut(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      take(1);
      return super.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return super.read(buffer, offset, (int) take(length));
    }

    private long take(int wanted) throws IOException {
      if (left == 0) {
        throw new IOException("an injected fault cut the connection");
      }
      long taken = Math.min(left, wanted);
      left -= taken;
      return taken;
    }
  }
}
