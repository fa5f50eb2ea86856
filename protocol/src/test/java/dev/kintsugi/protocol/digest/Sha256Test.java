package dev.kintsugi.protocol.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Sha256Test {

  /** From the standard, FIPS 180-2. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void aTextItsBytesAndItsPiecesHaveOneDigest() {
    assertThat(Sha256.hex("abc")).isEqualTo(ABC);
    assertThat(Sha256.of("abc")).isEqualTo(HexFormat.of().parseHex(ABC));
    assertThat(Sha256.hex(new byte[] {'a', 'b', 'c'})).isEqualTo(ABC);
    MessageDigest pieces = Sha256.begin();
    pieces.update((byte) 'a');
    pieces.update(new byte[] {'b', 'c'});
    assertThat(Sha256.end(pieces)).isEqualTo(ABC);
  }

  @Test
  void aTextIsReadAsUtf8() {
    assertThat(Sha256.hex("猫"))
        .isEqualTo(Sha256.hex(new byte[] {(byte) 0xE7, (byte) 0x8C, (byte) 0xAB}));
  }
}
