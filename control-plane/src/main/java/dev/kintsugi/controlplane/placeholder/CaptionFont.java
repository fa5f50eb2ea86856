package dev.kintsugi.controlplane.placeholder;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * Outlines of Latin and Chinese characters, from a font inside the program: a container has neither
 * fonts nor a font configuration, and outlines need none. Not thread-safe.
 */
final class CaptionFont {

  private static final String RESOURCE = "/fonts/NotoSansSC-Subset.ttf";

  /** Drawn for what the font does not have. */
  private static final int BOX = 0x25a1;

  private final TrueTypeFont font;
  private final CmapLookup glyphs;
  private final double unitsPerEm;

  private CaptionFont(TrueTypeFont font) throws IOException {
    this.font = font;
    this.glyphs = font.getUnicodeCmapLookup();
    this.unitsPerEm = font.getUnitsPerEm();
  }

  /** The whole font is read, so that nothing stays open. */
  static CaptionFont load() {
    try (InputStream in = CaptionFont.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(RESOURCE + " is missing from the program");
      }
      return new CaptionFont(new TTFParser().parse(new RandomAccessReadBuffer(in)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(int codePoint) {
    return glyphs.getGlyphId(codePoint) != 0;
  }

  /**
   * @param size pixels per em
   * @return pixels
   */
  double width(String text, double size) {
    return text.codePoints().mapToDouble(c -> advance(c, size)).sum();
  }

  double advance(int codePoint, double size) {
    try {
      return font.getAdvanceWidth(glyph(codePoint)) * size / unitsPerEm;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text's outline with its baseline beginning at a point. */
  Shape outline(String text, double x, double y, double size) {
    Path2D.Double path = new Path2D.Double();
    double scale = size / unitsPerEm;
    double pen = x;
    for (int codePoint : text.codePoints().toArray()) {
      GlyphData glyph = data(codePoint);
      if (glyph != null) {
        path.append(
            new AffineTransform(scale, 0, 0, -scale, pen, y)
                .createTransformedShape(glyph.getPath()),
            false);
      }
      pen += advance(codePoint, size);
    }
    return path;
  }

  private @org.jspecify.annotations.Nullable GlyphData data(int codePoint) {
    try {
      return font.getGlyph().getGlyph(glyph(codePoint));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int glyph(int codePoint) {
    int glyph = glyphs.getGlyphId(codePoint);
    return glyph == 0 ? glyphs.getGlyphId(BOX) : glyph;
  }
}
