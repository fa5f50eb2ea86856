package dev.kintsugi.controlplane.slo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of a Prometheus, over real HTTP; the server says whatever the test wants. */
class PrometheusClientTest {

  private HttpServer server;
  private volatile String body = "";
  private volatile int status = 200;
  private volatile String query = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/query",
        exchange -> {
          query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private PrometheusClient client(String url) {
    return new PrometheusClient(
        new SloSettings(Duration.ofDays(100), Duration.ofSeconds(15), url), new ObjectMapper());
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200|{`data`:{`resultType`:`vector`,`result`:[{`metric`:{},`value`:[1,`0.25`]}]}}|0.25",
        "200|{`data`:{`resultType`:`scalar`,`result`:[1,`7`]}}|7",
        "200|{`data`:{`resultType`:`vector`,`result`:[]}}|",
        "200|{`data`:{`resultType`:`vector`,`result`:[{`value`:[1,`1`]},{`value`:[1,`2`]}]}}|",
        "200|{`data`:{`resultType`:`vector`,`result`:[{`value`:[1,`NaN`]}]}}|",
        "200|not json|",
        "422|{`error`:`bad query`}|",
      })
  void onlyOneFiniteNumberIsAValue(int code, String answer, Double value) {
    status = code;
    body = answer.replace('`', '"');

    var got = client(url()).ask("sum(up{a=\"b c\"})");

    assertThat(got.isPresent()).isEqualTo(value != null);
    got.ifPresent(number -> assertThat(number).isEqualTo(value));
    assertThat(query).isEqualTo("query=sum(up{a=\"b c\"})");
  }

  @Test
  void noPrometheusIsNoValue() {
    assertThat(client("").ask("up")).isEmpty();
    assertThat(client("http://127.0.0.1:1").ask("up")).isEmpty();
  }
}
