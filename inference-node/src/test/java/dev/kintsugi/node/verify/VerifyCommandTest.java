package dev.kintsugi.node.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whatever is wrong, one line says so and the exit status is 1. */
class VerifyCommandTest {
  private static final String MODEL = "models/wan-tiny";
  @TempDir private Path golden;
  private Path tensors;

  @BeforeEach
  void copyTheSelfTest() throws IOException {
    tensors = golden.resolve("self_test.safetensors");
    Files.copy(Path.of(MODEL, "self_test/self_test.safetensors"), tensors);
    Files.copy(Path.of(MODEL, "self_test/golden.json"), golden.resolve("golden.json"));
  }

  @Test
  void theModelsOwnSelfTestIsTheDefault() {
    Result result = verify("--model", MODEL);
    assertThat(result.err).isEmpty();
    assertThat(result.exit).isZero();
    assertThat(result.out).contains("self_test").contains("1 runs match");
  }

  @Test
  void oneWrongLatentIsFoundAndItsStepNamed() throws IOException {
    overwrite("latents_3", 0.5f);
    Result result = verify("--model", MODEL, "--golden", golden.toString());
    assertThat(result.exit).isEqualTo(1);
    assertThat(result.err)
        .contains("self_test: latents differ by")
        .contains("after step 3, allowed 0.000100")
        .doesNotContain("frames");
  }

  @Test
  void aTruncatedReferenceIsNamed() throws IOException {
    byte[] all = Files.readAllBytes(tensors);
    Files.write(tensors, Arrays.copyOf(all, all.length - 100_000));
    assertOneLine(tensors + " is truncated: tensor ");
  }

  @Test
  void aReferenceOfAnotherShapeIsNamed() throws IOException {
    replaceInJson("\"width\": 96", "\"width\": 112");
    assertOneLine(tensors + ": tensor frames is U8 [9, 64, 96, 3], expected U8 [9, 64, 112, 3]");
  }

  @Test
  void aMissingReferenceIsNamed() throws IOException {
    Files.delete(golden.resolve("golden.json"));
    assertOneLine(golden.resolve("golden.json") + " is missing");
  }

  @Test
  void aRunOfAModelThatIsNotThereIsNamed() throws IOException {
    replaceInJson("\"model\": \"wan-tiny\"", "\"model\": \"wan-huge\"");
    assertOneLine("a run was made with model wan-huge, which is not beside --model: ");
  }

  @Test
  void aModelThatIsNotThereIsNamed() {
    Result result = verify("--model", golden.resolve("none").toString());
    assertThat(result.exit).isEqualTo(1);
    assertThat(result.err.strip())
        .isEqualTo("verify: " + golden.resolve("none/manifest.json") + " is missing");
  }

  private void assertOneLine(String message) {
    Result result = verify("--model", MODEL, "--golden", golden.toString());
    assertThat(result.exit).isEqualTo(1);
    assertThat(result.err.strip().lines())
        .singleElement()
        .asString()
        .startsWith("verify: " + message);
  }

  private void replaceInJson(String from, String to) throws IOException {
    Path file = golden.resolve("golden.json");
    String json = Files.readString(file);
    assertThat(json).contains(from);
    Files.writeString(file, json.replace(from, to));
  }

  /** Adds to the first value of a float tensor. */
  private void overwrite(String tensor, float change) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(tensors)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) all.getLong(0);
    String header = new String(all.array(), 8, length, StandardCharsets.UTF_8);
    String entry = header.substring(header.indexOf('"' + tensor + '"'));
    String offsets = entry.substring(entry.indexOf("data_offsets"));
    int at = 8 + length + Integer.parseInt(offsets.replaceAll("^\\D+(\\d+)[\\s\\S]*", "$1"));
    all.putFloat(at, all.getFloat(at) + change);
    Files.write(tensors, all.array());
  }

  private static Result verify(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--threads";
    all[args.length + 1] = "1";
    int exit =
        new CommandLine(new VerifyCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all);
    return new Result(exit, out.toString(), err.toString());
  }

  private record Result(int exit, String out, String err) {}
}
