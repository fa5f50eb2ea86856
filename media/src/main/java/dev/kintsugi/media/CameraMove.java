package dev.kintsugi.media;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * A camera that moves over one picture: it starts with the whole picture, comes nearer and drifts
 * towards a side, slowly at both ends. Positions are fractions of a pixel, so the motion is smooth
 * however slow it is.
 */
public final class CameraMove {
  /** How much larger the picture is shown at the end. */
  static final double ZOOM = 1.25;

  private final BufferedImage picture;
  private final int frames;
  private final double driftX;
  private final double driftY;

  private CameraMove(BufferedImage picture, int frames, double driftX, double driftY) {
    this.picture = picture;
    this.frames = frames;
    this.driftX = driftX;
    this.driftY = driftY;
  }

  /**
   * Fills a spool that holds one frame up to the length of a clip.
   *
   * @param spool holds the picture as its only frame, which becomes the clip's first
   * @param spec shape of the clip
   * @param seed decides where the camera drifts to
   */
  public static void fill(FrameSpool spool, VideoSpec spec, long seed) throws MediaException {
    CameraMove move = over(spool.read(0), spec, seed);
    for (int i = 1; i < spec.frames(); i++) {
      spool.append(move.frame(i));
    }
  }

  /** A move over an rgb24 picture of the clip's size. */
  static CameraMove over(byte[] rgb, VideoSpec spec, long seed) {
    BufferedImage picture = blank(spec.width(), spec.height());
    swap(rgb, bytes(picture));
    return new CameraMove(
        picture, spec.frames(), (seed & 1) == 0 ? 1 : -1, (seed & 2) == 0 ? 1 : -1);
  }

  /** Frame {@code i} of the move, rgb24. */
  byte[] frame(int i) {
    double way = frames == 1 ? 0 : eased((double) i / (frames - 1));
    double zoom = 1 + (ZOOM - 1) * way;
    // The side of the picture that lies outside the view is shared out by the drift.
    double outsideX = picture.getWidth() * (zoom - 1);
    double outsideY = picture.getHeight() * (zoom - 1);
    AffineTransform view = new AffineTransform();
    view.translate(-outsideX * (1 + driftX * way) / 2, -outsideY * (1 + driftY * way) / 2);
    view.scale(zoom, zoom);
    BufferedImage out = blank(picture.getWidth(), picture.getHeight());
    Graphics2D graphics = out.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(picture, view, null);
    graphics.dispose();
    byte[] rgb = new byte[bytes(out).length];
    swap(bytes(out), rgb);
    return rgb;
  }

  /** 0..1 to 0..1, with no speed at both ends. */
  private static double eased(double part) {
    return part * part * (3 - 2 * part);
  }

  private static BufferedImage blank(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
  }

  private static byte[] bytes(BufferedImage image) {
    return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
  }

  /** Red and blue change places. */
  private static void swap(byte[] from, byte[] to) {
    for (int i = 0; i < from.length; i += 3) {
      byte first = from[i];
      to[i + 1] = from[i + 1];
      to[i] = from[i + 2];
      to[i + 2] = first;
    }
  }
}
