package dev.kintsugi.controlplane.dispatch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads a {@code text/event-stream} body: the data of each event, lines joined by a newline. Event
 * names and ids are not reported, because a node repeats both inside the data.
 */
final class EventStream {

  private EventStream() {}

  /** Reads until the stream ends; an event cut off by the end is dropped, as the format demands. */
  static void read(InputStream body, Consumer<String> each) throws IOException {
    StringBuilder data = new StringBuilder();
    boolean any = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          if (any) {
            each.accept(data.toString());
          }
          data.setLength(0);
          any = false;
        } else if (line.equals("data") || line.startsWith("data:")) {
          data.append(any ? "\n" : "").append(value(line));
          any = true;
        }
      }
    }
  }

  private static String value(String line) {
    int from = "data:".length();
    if (line.length() <= from) {
      return "";
    }
    return line.substring(line.charAt(from) == ' ' ? from + 1 : from);
  }
}
