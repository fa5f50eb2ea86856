package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.core.admission.FieldRules;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiTest {

  private static final Path COMMITTED = Path.of("..", "docs", "openapi.yaml");

  /**
   * The compiler writes the document from the controllers. After a change of the API: {@code mvn
   * -pl control-plane -am test -Dtest=OpenApiTest -Dkintsugi.openapi.write=true
   * -Dsurefire.failIfNoSpecifiedTests=false}.
   */
  @Test
  void theCommittedDocumentIsTheOneOfThisCode() throws IOException {
    String generated;
    try (InputStream in = getClass().getResourceAsStream("/META-INF/swagger/kintsugi-v1.yml")) {
      generated = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (Boolean.getBoolean("kintsugi.openapi.write")) {
      Files.writeString(COMMITTED, generated);
    }
    assertThat(COMMITTED).content().isEqualTo(generated);
  }

  @Test
  void documentsExactlyTheFieldsThatAreRead() {
    List<String> documented =
        Arrays.stream(CreateVideoRequest.class.getRecordComponents())
            .map(OpenApiTest::name)
            .toList();
    assertThat(documented).containsExactlyElementsOf(FieldRules.FIELDS);
  }

  private static String name(RecordComponent component) {
    return component.getAccessor().getAnnotation(JsonProperty.class).value();
  }
}
