package dev.kintsugi.controlplane.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Keys made on the command line, on the database of a running server. */
class KeysCommandTest {

  private static TestServer server;

  private String output = "";

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
    server
        .database()
        .properties()
        .forEach((name, value) -> System.setProperty(name, value.toString()));
  }

  @AfterAll
  static void stop() {
    server.database().properties().keySet().forEach(System::clearProperty);
    server.close();
  }

  @Test
  void makesListsAndRevokes() {
    assertThat(run("create", "--tenant", "acme", "--plan", "free", "--weight", "2")).isZero();
    String key = output.trim();
    assertThat(key).matches("sk-kintsugi-[0-9a-f]{64}");
    assertThat(server.send(server.request("/v1/videos", key)).status()).isEqualTo(200);

    assertThat(run("list")).isZero();
    String row = output.lines().filter(line -> line.contains("acme")).findFirst().orElseThrow();
    assertThat(row).contains("free", "2.0", "valid", "…" + key.substring(key.length() - 4));
    assertThat(output).doesNotContain(key);

    String id = row.substring(0, row.indexOf(' '));
    assertThat(run("revoke", id)).isZero();
    assertThat(server.send(server.request("/v1/videos", key)).status()).isEqualTo(401);
    assertThat(run("revoke", id)).isEqualTo(1);

    assertThat(run("webhook-secret", "--tenant", "acme")).isZero();
    assertThat(output.trim()).startsWith("whsec_");
  }

  @Test
  void makesOperatorsKeys() {
    assertThat(run("create", "--role", "operator")).isZero();
    String key = output.trim();
    assertThat(server.send(server.request("/ops/v1/cases", key)).status()).isEqualTo(200);
    assertThat(server.send(server.request("/v1/videos", key)).status()).isEqualTo(403);
    assertThat(run("list")).isZero();
    assertThat(output).containsPattern("key_[0-9a-f]{16} +operator +- ");
    assertThat(run("create", "--role", "operator", "--tenant", "acme")).isEqualTo(2);
    assertThat(output).contains("belongs to no tenant");
    assertThat(run("create", "--role", "root")).isEqualTo(2);
    assertThat(run("create")).isEqualTo(2);
    assertThat(output).contains("needs --tenant");
  }

  @Test
  void keepsNoSecret() {
    run("create", "--tenant", "secretive");
    String key = output.trim();
    assertThat(
            server
                .database()
                .number(
                    "SELECT count(*) FROM api_key WHERE encode(sha256, 'escape') LIKE '%"
                        + key.substring(12)
                        + "%' OR hint LIKE '%"
                        + key.substring(12, 40)
                        + "%'"))
        .isZero();
  }

  @Test
  void refusesWhatCannotBeATenant() {
    assertThat(run("create", "--tenant", "No Spaces")).isEqualTo(2);
    assertThat(output).startsWith("keys: a tenant name is").doesNotContain("Exception", "\tat ");
    assertThat(run("create", "--tenant", "acme", "--plan", "gold")).isEqualTo(2);
    assertThat(output).contains("plan");
    assertThat(run("create", "--tenant", "acme", "--weight", "0")).isEqualTo(2);
  }

  private int run(String... arguments) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    int exit = new CommandLine(new KeysCommand()).setOut(writer).setErr(writer).execute(arguments);
    writer.flush();
    output = text.toString();
    return exit;
  }
}
