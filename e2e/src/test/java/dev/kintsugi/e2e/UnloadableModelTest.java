package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.e2e.Product.NodeProcess;
import dev.kintsugi.e2e.SeenClasses.ToldBy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A model whose files are whole, and of which the engine can make nothing. */
@Order(0)
@ExtendWith(SeenClasses.class)
class UnloadableModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODULE = "transformer_2.pt";

  @TempDir Path dir;

  @Test
  void aModelTheEngineCannotReadIsNamedAndKeepsTheNodeOut() throws Exception {
    Path model = dir.resolve("model");
    copy(Checkout.root().resolve("inference-node/models/wan-tiny"), model);
    replace(model, MODULE, "no module".getBytes(StandardCharsets.UTF_8));
    try (Product product = new Product(dir)) {
      NodeProcess node = product.startNode(model);

      await("the node says what is wrong")
          .atMost(Duration.ofMinutes(4))
          .ignoreExceptions()
          .until(() -> !node.api().nodeEvents("MODEL_UNUSABLE").isEmpty());

      JsonNode told = node.api().nodeEvents("MODEL_UNUSABLE").getFirst();
      assertThat(told.path("message").asText()).contains(MODULE);
      assertThat(told.path("details").path("failure").asText()).isEqualTo("MODEL_LOAD_FAILED");
      assertThat(node.api().ready()).isFalse();
      SeenClasses.saw(
          told.path("details").path("failure").asText(),
          "a file that is no TorchScript, its digest in the manifest",
          ToldBy.NODE_EVENT);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  /** As an export would that made the wrong file: the manifest names it as it is. */
  private static void replace(Path model, String file, byte[] content)
      throws IOException, NoSuchAlgorithmException {
    Files.write(model.resolve(file), content);
    Path path = model.resolve("manifest.json");
    JsonNode manifest = JSON.readTree(path.toFile());
    List<JsonNode> files = manifest.path("files").valueStream().toList();
    ObjectNode entry =
        (ObjectNode)
            files.stream()
                .filter(f -> f.path("path").asText().equals(file))
                .findFirst()
                .orElseThrow();
    entry.put("size", content.length);
    entry.put(
        "sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    JSON.writeValue(path.toFile(), manifest);
  }
}
