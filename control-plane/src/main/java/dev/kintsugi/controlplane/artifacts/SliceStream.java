package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Some bytes of a file. The file stays readable even if it is pruned meanwhile. */
final class SliceStream extends InputStream {

  private final FileChannel channel;
  private long left;

  SliceStream(Path file, long first, long length) throws IOException {
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    this.channel.position(first);
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int n = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, left)));
    if (n > 0) {
      left -= n;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
