package dev.kintsugi.media;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.FileImageOutputStream;

/** Thumbnail and spritesheet of a clip, as JPEG. */
final class StillImages {
  /** Frames on a spritesheet, spread evenly over the clip. */
  static final int MAX_SPRITES = 16;

  private static final int MAX_THUMBNAIL_WIDTH = 640;
  private static final int MAX_SPRITE_WIDTH = 320;
  private static final float QUALITY = 0.92f;

  private StillImages() {}

  /** The frame in the middle. */
  static void thumbnail(FrameSpool frames, VideoSpec spec, Path file) throws MediaException {
    BufferedImage image = image(frames.read(spec.frames() / 2), spec);
    write(scaled(image, MAX_THUMBNAIL_WIDTH), file);
  }

  /** Frames in reading order in a grid as square as possible, the first one first. */
  static void spritesheet(FrameSpool frames, VideoSpec spec, Path file) throws MediaException {
    int count = Math.min(spec.frames(), MAX_SPRITES);
    int columns = (int) Math.ceil(Math.sqrt(count));
    int rows = (count + columns - 1) / columns;
    int width = Math.min(spec.width(), MAX_SPRITE_WIDTH);
    int height = Math.max(1, spec.height() * width / spec.width());
    BufferedImage sheet =
        new BufferedImage(columns * width, rows * height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = graphics(sheet);
    for (int i = 0; i < count; i++) {
      int frame = count == 1 ? 0 : Math.round((float) i * (spec.frames() - 1) / (count - 1));
      graphics.drawImage(
          image(frames.read(frame), spec),
          i % columns * width,
          i / columns * height,
          width,
          height,
          null);
    }
    graphics.dispose();
    write(sheet, file);
  }

  private static BufferedImage image(byte[] rgb, VideoSpec spec) {
    int[] pixels = new int[spec.width() * spec.height()];
    for (int i = 0; i < pixels.length; i++) {
      int at = i * 3;
      pixels[i] = (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | rgb[at + 2] & 255;
    }
    BufferedImage image =
        new BufferedImage(spec.width(), spec.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, spec.width(), spec.height(), pixels, 0, spec.width());
    return image;
  }

  private static BufferedImage scaled(BufferedImage image, int maxWidth) {
    int width = Math.min(image.getWidth(), maxWidth);
    int height = Math.max(1, image.getHeight() * width / image.getWidth());
    BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = graphics(target);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return target;
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    return graphics;
  }

  private static void write(BufferedImage image, Path file) throws MediaException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (FileImageOutputStream out = new FileImageOutputStream(file.toFile())) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw Disk.failure("write the image", file, e);
    } finally {
      writer.dispose();
    }
  }
}
