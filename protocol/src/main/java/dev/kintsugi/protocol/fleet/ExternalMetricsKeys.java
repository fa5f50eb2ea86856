package dev.kintsugi.protocol.fleet;

/**
 * Files by which the operator gives the control plane what the External Metrics API is served with.
 */
public final class ExternalMetricsKeys {

  /** PEM of the server's certificate. */
  public static final String CERTIFICATE = "tls.crt";

  /** PEM of its key, on an elliptic curve, in PKCS #8. */
  public static final String KEY = "tls.key";

  /** PEM of the authority that vouches for API servers. */
  public static final String PROXY_AUTHORITY = "front-proxy-ca.crt";

  /** Their common names, one a line; none means any. */
  public static final String PROXY_NAMES = "front-proxy-names";

  private ExternalMetricsKeys() {}
}
