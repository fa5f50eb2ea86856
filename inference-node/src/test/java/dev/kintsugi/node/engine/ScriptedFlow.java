package dev.kintsugi.node.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript archives written by hand, so that the tests need no Python: a module without weights
 * whose {@code forward} is the given text.
 */
public final class ScriptedFlow {

  /** Like RAFT a list that gets finer: no flow at first, then twice what red and green gained. */
  public static final String FOLLOWS_COLOUR =
      """
        def forward(self: __torch__.Flow,
          first: Tensor,
          second: Tensor) -> List[Tensor]:
          change = torch.slice(torch.sub(second, first), 1, 0, 2)
          return [torch.mul(change, 0.), torch.mul(change, 2.)]
      """;

  /** Not what is asked for: three channels. */
  public static final String RETURNS_A_PICTURE =
      """
        def forward(self: __torch__.Flow,
          first: Tensor,
          second: Tensor) -> Tensor:
          return torch.sub(second, first)
      """;

  private ScriptedFlow() {}

  public static Path write(Path file, String forward) throws IOException {
    String code =
        "class Flow(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
            + forward;
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "flow/data.pkl", pickledModule());
      entry(zip, "flow/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      entry(zip, "flow/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      entry(zip, "flow/version", "3\n".getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  /** Protocol 2: an object of class {@code __torch__.Flow} whose state is {"training": False}. */
  private static byte[] pickledModule() {
    String head = "c__torch__\nFlow\n)\u0081}X\b\0\0\0training\u0089sb.";
    byte[] body = head.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[body.length + 2];
    all[0] = (byte) 0x80;
    all[1] = 2;
    System.arraycopy(body, 0, all, 2, body.length);
    return all;
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }
}
