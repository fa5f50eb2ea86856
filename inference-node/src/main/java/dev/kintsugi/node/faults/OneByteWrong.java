package dev.kintsugi.node.faults;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream in which one byte is not what it was. */
final class OneByteWrong extends FilterInputStream {
  private long before;

  OneByteWrong(InputStream in, long before) {
    super(in);
    this.before = before;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    return value < 0 || before-- != 0 ? value : value ^ 1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    if (count > 0) {
      if (before >= 0 && before < count) {
        buffer[offset + (int) before] ^= 1;
      }
      before -= count;
    }
    return count;
  }
}
