package dev.kintsugi.core.screening;

/** How a prompt reads, whoever wrote it how. */
public final class Reading {

  private Reading() {}

  /**
   * Letters, Chinese characters and emoji in their order: in lower case, full-width forms made
   * plain, without what nobody sees, and with one space for any spaces and punctuation between.
   */
  public static String of(String prompt) {
    StringBuilder read = new StringBuilder(prompt.length());
    boolean apart = false;
    for (Glyph glyph : Glyph.of(prompt)) {
      switch (glyph.kind()) {
        case UNSEEN -> {}
        case SPACE, SIGN -> apart = !read.isEmpty();
        case LETTER, HAN, EMOJI -> {
          read.append(apart ? " " : "").append(glyph.folded());
          apart = false;
        }
      }
    }
    return read.toString();
  }
}
