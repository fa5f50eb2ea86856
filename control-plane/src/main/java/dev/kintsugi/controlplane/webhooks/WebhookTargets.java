package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;

/** Where webhooks may go. Asked at submission, and again for every connection. */
@Singleton
public final class WebhookTargets {

  private static final String PARAM = "webhook_url";

  private final WebhookSettings settings;

  WebhookTargets(WebhookSettings settings) {
    this.settings = settings;
  }

  /** The name leads to an address that webhooks must not reach. */
  static final class ForbiddenTargetException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    ForbiddenTargetException(String host) {
      super("'" + host + "' leads to an address that is not on the public internet");
    }
  }

  /**
   * Refuses a URL that webhooks may not be sent to. A name that cannot be resolved now is let
   * through: it is looked up again for each delivery.
   *
   * @throws ApiException {@code webhook_target_refused} or {@code invalid_value}
   */
  public void check(String url) {
    URI uri = parse(url);
    try {
      resolve(hostOf(uri));
    } catch (ForbiddenTargetException forbidden) {
      throw ApiException.of(
          ErrorCode.WEBHOOK_TARGET_REFUSED,
          "'webhook_url' must lead to the public internet; private, loopback and link-local targets"
              + " are refused.",
          PARAM);
    } catch (UnknownHostException unknownForNow) {
      // Not a reason to refuse the job.
    }
  }

  /**
   * The addresses of a host.
   *
   * @throws ForbiddenTargetException when any of them is not public: one that is mixed in is there
   *     to be reached by chance
   */
  InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    if (!settings.allowPrivateTargets()) {
      for (InetAddress address : addresses) {
        if (!PublicAddress.is(address)) {
          throw new ForbiddenTargetException(host);
        }
      }
    }
    return addresses;
  }

  private static URI parse(String url) {
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean web = scheme.equals("https") || scheme.equals("http");
      if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getPort() != 0) {
        return uri;
      }
    } catch (URISyntaxException notAnUrl) {
      // Refused below like any other.
    }
    throw ApiException.of(
        ErrorCode.INVALID_VALUE,
        "'webhook_url' must be an http or https URL with a host and without credentials.",
        PARAM);
  }

  private static String hostOf(URI uri) {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
