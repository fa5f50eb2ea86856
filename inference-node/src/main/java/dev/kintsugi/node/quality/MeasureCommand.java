package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.StatisticsTable;
import dev.kintsugi.node.Consoles;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.model.ModelLoadException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code measure < clips}: the gate's statistics of raw clips, for studies of its error rates. The
 * input is, for each clip, a line {@code NAME WIDTH HEIGHT FRAMES} and then its rgb24 frames; the
 * output is a table that {@code calibrate --from} reads.
 */
@Command(
    name = "measure",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Prints the quality gate's statistics of raw clips on standard input.")
public final class MeasureCommand implements Callable<Integer> {
  private static final int LONGEST_LINE = 200;
  private static final int LARGEST_SIDE = 16_384;

  @Option(
      names = "--flow-module",
      paramLabel = "FILE",
      defaultValue = "",
      description = "TorchScript file of an optical flow network (default: OpenCV's).")
  private String flowModule = "";

  @Spec private @Nullable CommandSpec spec;

  /** A clip's head line. */
  private record Head(String name, int width, int height, int frames) {}

  @Override
  public Integer call() {
    PrintWriter out = Consoles.out(spec);
    PrintWriter err = Consoles.err(spec);
    try (FlowChoice flow = FlowChoice.load(flowModule, EngineOptions.cpu());
        InputStream in = new BufferedInputStream(System.in, 1 << 20)) {
      out.println(StatisticsTable.header());
      for (Head head = head(in); head != null; head = head(in)) {
        out.println(measure(flow, head, in));
      }
      return 0;
    } catch (IOException
        | ModelLoadException
        | IllegalStateException
        | IllegalArgumentException e) {
      err.println("measure: " + e.getMessage());
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static String measure(FlowChoice flow, Head head, InputStream in) throws IOException {
    int frameBytes = head.width() * head.height() * 3;
    try (ClipMeter meter = flow.meter(head.width(), head.height())) {
      for (int i = 0; i < head.frames(); i++) {
        byte[] frame = in.readNBytes(frameBytes);
        if (frame.length < frameBytes) {
          throw new EOFException(head.name() + " ends in frame " + i + " of " + head.frames());
        }
        meter.add(frame);
      }
      return StatisticsTable.line(head.name(), meter.statistics());
    }
  }

  private static @Nullable Head head(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 && line.isEmpty()) {
        return null;
      }
      if (b < 0 || line.length() == LONGEST_LINE) {
        throw new IOException("a clip begins with NAME WIDTH HEIGHT FRAMES, not " + line);
      }
      line.append((char) b);
    }
    String text =
        new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    String[] words = text.split(" ", -1);
    if (words.length != 4) {
      throw new IOException("a clip begins with NAME WIDTH HEIGHT FRAMES, not " + text);
    }
    return new Head(words[0], side(words[1]), side(words[2]), side(words[3]));
  }

  private static int side(String word) {
    int value = Integer.parseInt(word);
    if (value < 1 || value > LARGEST_SIDE) {
      throw new IllegalArgumentException(
          "width, height and frames are 1.." + LARGEST_SIDE + ", not " + word);
    }
    return value;
  }
}
