package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.protocol.digest.Sha256;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A secret that names a tenant: {@code sk-kintsugi-} and 256 random bits in hex. Never stored: only
 * its SHA-256 is. A fast digest suffices, for nobody can search 256 random bits.
 */
record ApiKey(String secret) {

  static final String PREFIX = "sk-kintsugi-";

  private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{32,128}");
  private static final SecureRandom RANDOM = new SecureRandom();

  static ApiKey random() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return new ApiKey(PREFIX + HexFormat.of().formatHex(bytes));
  }

  static boolean wellFormed(String secret) {
    return FORM.matcher(secret).matches();
  }

  byte[] hash() {
    return Sha256.of(secret);
  }

  /** Enough to recognise a key by, too little to use it. */
  String hint() {
    return "…" + secret.substring(secret.length() - 4);
  }

  @Override
  public String toString() {
    return PREFIX + hint();
  }
}
