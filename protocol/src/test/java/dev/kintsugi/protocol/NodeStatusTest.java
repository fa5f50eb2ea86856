package dev.kintsugi.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.node.NodeStatus.LiteModel;
import org.junit.jupiter.api.Test;

class NodeStatusTest {

  @Test
  void aLiteModelThatHasNotRunYetHasNoStepTimes() throws JsonProcessingException {
    String wire =
        "{\"model\": \"wan-tiny-lite\", \"version\": \"1\", \"digest\": \"d\", \"limits\": null}";

    assertThat(new ObjectMapper().readValue(wire, LiteModel.class).stepSeconds()).isEmpty();
  }
}
