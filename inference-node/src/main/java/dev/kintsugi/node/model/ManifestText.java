package dev.kintsugi.node.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.protocol.digest.Sha256;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a manifest. Its member {@code quality} is set apart: the limits of the quality gate
 * may be found anew while the model stays the same, so they are not part of what identifies it.
 */
public final class ManifestText {
  private static final Pattern QUALITY =
      Pattern.compile("\"quality\"\\s*:\\s*\\{[^{}]*\\}(,\\s*)?");
  private static final ObjectMapper JSON = new ObjectMapper();

  private ManifestText() {}

  /**
   * What identifies the model: SHA-256, in lower-case hex, of the file without its member {@code
   * quality}. The exporter pins a lite model's base by the same rule.
   */
  public static String digest(byte[] manifest) {
    String text = new String(manifest, StandardCharsets.UTF_8);
    return Sha256.hex(QUALITY.matcher(text).replaceFirst(""));
  }

  /**
   * Replaces the limits in a manifest, and nothing else, in one step: whoever reads it meanwhile
   * sees the old or the new ones.
   *
   * @throws IOException naming the file when it has no such member or cannot be written
   */
  public static void replaceQuality(Path file, Map<String, Double> section) throws IOException {
    String text = Files.readString(file);
    Matcher quality = QUALITY.matcher(text);
    if (!quality.find()) {
      throw new IOException(file + " has no member quality to replace");
    }
    String separator = quality.group(1) == null ? "" : quality.group(1);
    String changed =
        text.substring(0, quality.start())
            + render(section)
            + separator
            + text.substring(quality.end());
    requireOnlyQualityChanged(file, text, changed);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, changed);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static String render(Map<String, Double> section) {
    return section.entrySet().stream()
        .map(e -> "    \"" + e.getKey() + "\": " + number(e.getValue()))
        .collect(Collectors.joining(",\n", "\"quality\": {\n", "\n  }"));
  }

  private static String number(double value) {
    String plain = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }

  private static void requireOnlyQualityChanged(Path file, String before, String after)
      throws IOException {
    JsonNode old = withoutQuality(before);
    if (!old.equals(withoutQuality(after))) {
      throw new IOException(file + " has more than one member quality; change it by hand");
    }
  }

  private static JsonNode withoutQuality(String text) throws IOException {
    ObjectNode tree = (ObjectNode) JSON.readTree(text);
    tree.remove("quality");
    return tree;
  }
}
