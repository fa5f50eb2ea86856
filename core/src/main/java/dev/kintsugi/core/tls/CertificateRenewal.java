package dev.kintsugi.core.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether an authority and the server certificate it signed are good for some time to come. */
public final class CertificateRenewal {

  private CertificateRenewal() {}

  /**
   * What is held; unreadable is as good as missing.
   *
   * @param authorityEnds null where there is none
   * @param serverEnds null where there is none
   * @param names the server certificate is for
   * @param signed the server certificate is the held authority's
   */
  public record Held(
      @Nullable Instant authorityEnds,
      @Nullable Instant serverEnds,
      Set<String> names,
      boolean signed) {

    public static final Held NOTHING = new Held(null, null, Set.of(), false);

    public Held {
      names = Set.copyOf(names);
    }
  }

  /**
   * @param names the server is reached by
   * @param authorityLife of a new authority
   * @param serverLife of a new server certificate
   */
  public record Policy(Set<String> names, Duration authorityLife, Duration serverLife) {

    public Policy {
      names = Set.copyOf(names);
    }

    /** A third of the life is left: what reads the certificate has long to notice. */
    private static Instant due(Instant ends, Duration life) {
      return ends.minus(life.dividedBy(3));
    }

    private static boolean late(Instant ends, Duration life, Instant now) {
      return now.isAfter(due(ends, life));
    }
  }

  /** Why something is made anew. */
  public enum Reason {
    MISSING,
    EXPIRING,
    OTHER_NAMES,
    OTHER_AUTHORITY
  }

  /** What to make. */
  public sealed interface Decision {

    /**
     * Nothing.
     *
     * @param lookAgain when the next one is due
     */
    record Keep(Instant lookAgain) implements Decision {}

    /** A server certificate by the authority that is held. */
    record RenewServer(Reason reason) implements Decision {}

    /** A new authority, and a server certificate by it. */
    record RenewAll(Reason reason) implements Decision {}
  }

  public static Decision decide(Held held, Policy policy, Instant now) {
    Instant authorityEnds = held.authorityEnds();
    if (authorityEnds == null) {
      return new Decision.RenewAll(Reason.MISSING);
    }
    if (Policy.late(authorityEnds, policy.authorityLife(), now)) {
      return new Decision.RenewAll(Reason.EXPIRING);
    }
    Instant serverEnds = held.serverEnds();
    if (serverEnds == null) {
      return new Decision.RenewServer(Reason.MISSING);
    }
    return server(held, serverEnds, policy, now)
        .<Decision>map(Decision.RenewServer::new)
        .orElseGet(() -> new Decision.Keep(Policy.due(serverEnds, policy.serverLife())));
  }

  private static Optional<Reason> server(Held held, Instant ends, Policy policy, Instant now) {
    if (Policy.late(ends, policy.serverLife(), now)) {
      return Optional.of(Reason.EXPIRING);
    }
    if (!held.names().equals(policy.names())) {
      return Optional.of(Reason.OTHER_NAMES);
    }
    return held.signed() ? Optional.empty() : Optional.of(Reason.OTHER_AUTHORITY);
  }
}
