package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventStreamTest {

  @Test
  void reportsTheDataOfEachEventInOrder() throws IOException {
    assertThat(read("id: 1\nevent: denoising\ndata: {\"a\":1}\n\ndata:{\"a\":2}\n\n"))
        .containsExactly("{\"a\":1}", "{\"a\":2}");
  }

  @Test
  void joinsDataLinesAndSkipsCommentsAndEventsWithoutData() throws IOException {
    assertThat(read(": keep-alive\n\nevent: ping\n\ndata: one\ndata:  two\ndata\n\n"))
        .containsExactly("one\n two\n");
  }

  @Test
  void acceptsEveryLineEndingAndUtf8() throws IOException {
    assertThat(read("data: 金継ぎ\r\n\r\ndata: x\r\rdata: y\n\n")).containsExactly("金継ぎ", "x", "y");
  }

  @Test
  void dropsAnEventThatTheEndOfTheStreamCutsOff() throws IOException {
    assertThat(read("data: whole\n\ndata: cut")).containsExactly("whole");
    assertThat(read("data: whole\n\ndata: cut\n")).containsExactly("whole");
  }

  private static List<String> read(String text) throws IOException {
    List<String> events = new ArrayList<>();
    EventStream.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), events::add);
    return events;
  }
}
