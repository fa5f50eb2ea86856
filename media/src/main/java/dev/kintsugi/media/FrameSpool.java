package dev.kintsugi.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The raw rgb24 frames of one clip in a file. The decoder appends chunks as they appear, so a clip
 * never lies in memory as a whole; the encoder reads them back. Not thread-safe: one writer, then
 * one reader.
 */
public final class FrameSpool implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final int frameBytes;

  private FrameSpool(Path path, FileChannel channel, int frameBytes) {
    this.path = path;
    this.channel = channel;
    this.frameBytes = frameBytes;
  }

  /** Opens an empty spool at a path. */
  public static FrameSpool create(Path path, VideoSpec spec) throws MediaException {
    try {
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      return new FrameSpool(path, channel, spec.frameBytes());
    } catch (IOException e) {
      throw Disk.failure("keep the frames", path, e);
    }
  }

  /** Opens a spool that was filled before, to be read. */
  public static FrameSpool open(Path path, VideoSpec spec) throws MediaException {
    try {
      return new FrameSpool(
          path, FileChannel.open(path, StandardOpenOption.READ), spec.frameBytes());
    } catch (IOException e) {
      throw Disk.failure("read the frames", path, e);
    }
  }

  /**
   * Appends whole frames.
   *
   * @param rgb frame after frame, rgb24
   */
  public void append(byte[] rgb) throws MediaException {
    if (rgb.length == 0 || rgb.length % frameBytes != 0) {
      throw new IllegalArgumentException(
          rgb.length + " bytes are no whole number of frames of " + frameBytes + " bytes");
    }
    try {
      ByteBuffer buffer = ByteBuffer.wrap(rgb);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw Disk.failure("keep the frames", path, e);
    }
  }

  public int frames() throws MediaException {
    try {
      return Math.toIntExact(channel.size() / frameBytes);
    } catch (IOException e) {
      throw Disk.failure("read the frames", path, e);
    }
  }

  /** One frame, rgb24. */
  public byte[] read(int index) throws MediaException {
    ByteBuffer buffer = ByteBuffer.allocate(frameBytes);
    long start = (long) index * frameBytes;
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, start + buffer.position()) < 0) {
          throw new MediaException("frame " + index + " is missing from " + path.getFileName());
        }
      }
    } catch (IOException e) {
      throw Disk.failure("read the frames", path, e);
    }
    return buffer.array();
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost: whatever could not be flushed is noticed when the frames are read.
    }
  }

  /** Closes and removes the file. */
  public void discard() {
    close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The attempt's directory is removed as a whole later.
    }
  }
}
