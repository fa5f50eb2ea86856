package dev.kintsugi.core.admission;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width and height in pixels, written {@code WIDTHxHEIGHT}. */
public record Size(int width, int height) {

  /** The VAE shrinks by 8 and the transformer's patch by 2. */
  public static final int MULTIPLE = 16;

  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})");

  /** Empty unless the text is two numbers of at most five digits around an {@code x}. */
  public static Optional<Size> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  public boolean aligned() {
    return width % MULTIPLE == 0 && height % MULTIPLE == 0;
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
