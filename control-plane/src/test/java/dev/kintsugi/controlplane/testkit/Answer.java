package dev.kintsugi.controlplane.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** What a server answered. */
public record Answer(int status, HttpHeaders headers, byte[] body) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public String header(String name) {
    return headers.firstValue(name).orElse(null);
  }

  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + this, e);
    }
  }

  /** The error's code, or a failure that shows the answer. */
  public String code() {
    JsonNode error = json().path("error");
    if (!error.isObject() || error.size() != 4) {
      throw new AssertionError("not an error body: " + this);
    }
    return error.get("code").asText();
  }

  public String message() {
    return json().path("error").path("message").asText();
  }

  public String param() {
    return json().path("error").path("param").asText(null);
  }

  @Override
  public String toString() {
    return status + " " + headers.map() + " " + text();
  }
}
