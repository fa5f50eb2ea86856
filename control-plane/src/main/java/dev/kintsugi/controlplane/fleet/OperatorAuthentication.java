package dev.kintsugi.controlplane.fleet;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.ParseException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides who may use the fleet API. */
@Singleton
final class OperatorAuthentication {

  private final FleetSecuritySettings settings;
  private final @Nullable DefaultJWTProcessor<SecurityContext> tokens;

  OperatorAuthentication(FleetSecuritySettings settings) {
    this.settings = settings;
    this.tokens = settings.usesTokens() ? processor(settings) : null;
  }

  /** What is known of a caller. */
  sealed interface Caller {

    record Allowed(String subject) implements Caller {}

    /** Known, or closed to everyone: no other credential of this caller would help. */
    record Forbidden(String why) implements Caller {}

    record Unknown(String why) implements Caller {}
  }

  /**
   * @param bearer the token of the request; null when there was none
   */
  Caller identify(@Nullable String bearer) {
    if (settings.token().isBlank() && tokens == null) {
      return new Caller.Forbidden(
          "The fleet API is closed: neither kintsugi.fleet.token nor kintsugi.fleet.oidc-issuer is"
              + " set.");
    }
    if (bearer == null || bearer.isBlank()) {
      return new Caller.Unknown("The fleet API wants an Authorization header with a bearer token.");
    }
    if (!settings.token().isBlank() && same(bearer, settings.token())) {
      return new Caller.Allowed("static-token");
    }
    return tokens == null
        ? new Caller.Unknown("The bearer token is not the configured one.")
        : verify(bearer, tokens);
  }

  private Caller verify(String bearer, DefaultJWTProcessor<SecurityContext> processor) {
    try {
      JWTClaimsSet claims = processor.process(bearer, null);
      String subject = claims.getSubject();
      return settings.allowedSubjects().contains(subject)
          ? new Caller.Allowed(subject)
          : new Caller.Forbidden(subject + " is not among kintsugi.fleet.allowed-subjects.");
    } catch (ParseException | BadJOSEException e) {
      return new Caller.Unknown("The bearer token is not valid: " + e.getMessage());
    } catch (JOSEException e) {
      return new Caller.Unknown("The bearer token could not be verified: " + e.getMessage());
    }
  }

  private static DefaultJWTProcessor<SecurityContext> processor(FleetSecuritySettings settings) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), OperatorKeys.from(settings)));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            settings.audience(),
            new JWTClaimsSet.Builder().issuer(settings.oidcIssuer()).build(),
            Set.of("sub", "exp")));
    return processor;
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}
