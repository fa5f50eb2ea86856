package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.node.AttemptStatus.AttemptError;
import org.junit.jupiter.api.Test;

class NodeJsonTest {

  @Test
  void aMessageWithNulCanBeStored() throws JsonProcessingException {
    String wire = "{\"code\": \"ENCODE_FAILED\", \"message\": \"Is a directory\\u0000\\u0000ke\"}";

    AttemptError error = NodeJson.from(new ObjectMapper()).readValue(wire, AttemptError.class);

    assertThat(error.message()).isEqualTo("Is a directoryke");
  }
}
