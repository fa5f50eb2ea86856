import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * MODEL_DIR PROMPTS FOLDER: makes the study's clips with 20 steps and guidance 3, each into
 * FOLDER/NAME.rgb; those that are there already are not made again.
 */
final class Clips {

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[2]);
    int made = 0;
    try (VideoModel model = ModelLoader.load(Path.of(args[0]), EngineOptions.cpu())) {
      for (String line : Files.readAllLines(Path.of(args[1]))) {
        String[] cells = line.split("\t");
        Path file = folder.resolve(cells[0] + ".rgb");
        if (Files.notExists(file)) {
          Path part = folder.resolve(cells[0] + ".part");
          Files.write(part, frames(model, cells));
          Files.move(part, file);
          made++;
          if (made % 50 == 0) {
            System.err.println(made + " clips made");
          }
        }
      }
    }
  }

  private static byte[] frames(VideoModel model, String[] cells) throws Exception {
    ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    model.generate(
        new GenerationRequest(
            cells[1],
            "",
            Integer.parseInt(cells[2]),
            Integer.parseInt(cells[3]),
            Integer.parseInt(cells[4]),
            20,
            3,
            3,
            3,
            Long.parseLong(cells[5]),
            SchedulerKind.UNIPC),
        new GenerationListener() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void frames(FrameChunk chunk) {
            rgb.writeBytes(chunk.rgb());
          }
        });
    return rgb.toByteArray();
  }
}
