package dev.kintsugi.node.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GoldenRunsTest {

  @Test
  void allFiveRunsMatch() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new VerifyCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute("--model", "models/wan-tiny", "--golden", "models/golden", "--threads", "1");
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("en ", "zh ", "emoji_long ", "en_euler ", "en_lite ", "5 runs match");
  }
}
