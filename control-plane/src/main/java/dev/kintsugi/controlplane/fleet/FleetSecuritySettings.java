package dev.kintsugi.controlplane.fleet;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.util.List;

/**
 * Who may push fleet state. With neither {@code token} nor {@code oidcIssuer} nobody may.
 *
 * @param token a shared secret, for tests and for a control plane without Kubernetes
 * @param oidcIssuer issuer of projected service account tokens, such as {@code
 *     https://kubernetes.default.svc.cluster.local}
 * @param jwksUrl where its keys are; empty means {@code <issuer>/openid/v1/jwks}
 * @param caFile PEM certificates that the key server's certificate is checked with
 * @param tokenFile our own token, which the API server wants to see before it shows its keys
 * @param audience that a token must be made for
 * @param allowedSubjects service accounts that may push, as {@code
 *     system:serviceaccount:<namespace>:<name>}
 */
@ConfigurationProperties("kintsugi.fleet")
record FleetSecuritySettings(
    @Bindable(defaultValue = "") String token,
    @Bindable(defaultValue = "") String oidcIssuer,
    @Bindable(defaultValue = "") String jwksUrl,
    @Bindable(defaultValue = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt") String caFile,
    @Bindable(defaultValue = "/var/run/secrets/kubernetes.io/serviceaccount/token")
        String tokenFile,
    @Bindable(defaultValue = "kintsugi-control-plane") String audience,
    @Bindable(defaultValue = "") List<String> allowedSubjects) {

  boolean usesTokens() {
    return !oidcIssuer.isBlank();
  }

  URI keys() {
    return URI.create(jwksUrl.isBlank() ? oidcIssuer + "/openid/v1/jwks" : jwksUrl);
  }
}
