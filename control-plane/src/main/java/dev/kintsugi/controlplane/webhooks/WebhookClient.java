package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.webhooks.WebhookTargets.ForbiddenTargetException;
import dev.kintsugi.core.webhook.Redelivery.Try;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Map;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Posts webhooks. Names are resolved here, once, and checked: the connection goes to exactly the
 * checked address, so a name that changes its address afterwards gains nothing. Redirects are not
 * followed, no proxy is asked, nothing is remembered between requests.
 */
@Singleton
final class WebhookClient {

  private final CloseableHttpClient client;

  WebhookClient(WebhookTargets targets, WebhookSettings settings) {
    Timeout answer = Timeout.of(settings.responseTimeout());
    this.client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setDnsResolver(new CheckedNames(targets))
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                            .setSocketTimeout(answer)
                            .setTimeToLive(TimeValue.ofSeconds(30))
                            .build())
                    .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(answer).build())
                    .setMaxConnPerRoute(8)
                    .setMaxConnTotal(64)
                    .build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setResponseTimeout(answer)
                    .setConnectionRequestTimeout(answer)
                    .build())
            .setUserAgent("Kintsugi-Webhooks/1")
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();
  }

  /** One try and what to note about it. */
  record Outcome(Try result, String note) {}

  Outcome post(
      String url,
      String id,
      Instant at,
      String signature,
      Map<String, String> headers,
      byte[] body) {
    try {
      HttpPost post = new HttpPost(url);
      post.setHeader("webhook-id", id);
      post.setHeader("webhook-timestamp", Long.toString(at.getEpochSecond()));
      post.setHeader("webhook-signature", signature);
      headers.forEach(post::setHeader);
      post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
      // The body is not read: whoever answers without end would hold the connection.
      try (ClassicHttpResponse response = client.executeOpen(null, post, null)) {
        return new Outcome(new Try.Answered(response.getCode()), "HTTP " + response.getCode());
      }
    } catch (ForbiddenTargetException forbidden) {
      return new Outcome(new Try.Forbidden(), String.valueOf(forbidden.getMessage()));
    } catch (IOException | IllegalArgumentException unreachable) {
      return new Outcome(
          new Try.Unreachable(),
          unreachable.getClass().getSimpleName() + ": " + unreachable.getMessage());
    }
  }

  @PreDestroy
  void close() throws IOException {
    client.close();
  }

  private record CheckedNames(WebhookTargets targets) implements DnsResolver {

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      return targets.resolve(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
