package dev.kintsugi.core.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** When an injected fault acts, and when it is over. */
public final class FaultPlan {

  private FaultPlan() {}

  /**
   * A fault as it was asked for.
   *
   * @param count times it acts at most
   * @param probability chance that it acts where it could, 0..1
   * @param seed of its luck: the same seed and the same chances give the same acts
   * @param step the denoise step it waits for, from 1; null takes the first that comes
   * @param expert the expert it waits for; null takes any
   * @param lasting what it does stays until {@code endsAt}, though it has acted often enough
   * @param endsAt when it is over at the latest
   */
  public record Armed(
      int count,
      double probability,
      long seed,
      @Nullable Integer step,
      @Nullable String expert,
      boolean lasting,
      Instant endsAt) {}

  /**
   * What it did so far.
   *
   * @param acted times it acted
   * @param chances times it could have: those it took and those it missed
   * @param underWay acts whose effect still lasts
   */
  public record Progress(int acted, int chances, int underWay) {}

  /**
   * A place and a moment where it could act.
   *
   * @param step the denoise step, from 1; null away from the denoise loop
   * @param expert whose step it is; null away from the denoise loop
   */
  public record Chance(@Nullable Integer step, @Nullable String expert) {

    /** Where there are no steps. */
    public static final Chance ANY = new Chance(null, null);
  }

  /** Why a chance was taken or not. */
  public enum Reason {
    DUE,
    UNLUCKY,
    OTHER_STEP,
    OTHER_EXPERT,
    SPENT,
    EXPIRED
  }

  /** What becomes of a chance. */
  public sealed interface Decision {
    Reason reason();

    /**
     * It acts.
     *
     * @param left times it can still act
     */
    record Act(int left) implements Decision {
      @Override
      public Reason reason() {
        return Reason.DUE;
      }
    }

    /**
     * It could have acted, and luck was against it.
     *
     * @param draw what was drawn, not below {@code probability}
     */
    record Miss(double draw, double probability) implements Decision {
      @Override
      public Reason reason() {
        return Reason.UNLUCKY;
      }
    }

    /** This is no chance for it. */
    record Pass(Reason reason) implements Decision {}
  }

  /** Whether it acts here and now. */
  public static Decision decide(Armed fault, Progress progress, Chance chance, Instant now) {
    if (!now.isBefore(fault.endsAt())) {
      return new Decision.Pass(Reason.EXPIRED);
    }
    if (progress.acted() >= fault.count()) {
      return new Decision.Pass(Reason.SPENT);
    }
    if (fault.expert() != null && !fault.expert().equals(chance.expert())) {
      return new Decision.Pass(Reason.OTHER_EXPERT);
    }
    if (fault.step() != null && !fault.step().equals(chance.step())) {
      return new Decision.Pass(Reason.OTHER_STEP);
    }
    double draw = draw(fault.seed(), progress.chances());
    return draw < fault.probability()
        ? new Decision.Act(fault.count() - progress.acted() - 1)
        : new Decision.Miss(draw, fault.probability());
  }

  /**
   * Whether it is over: its time has passed, or it has acted as often as asked and nothing it did
   * is still under way.
   *
   * @return why it is over; empty while it is not
   */
  public static Optional<Reason> over(Armed fault, Progress progress, Instant now) {
    if (!now.isBefore(fault.endsAt())) {
      return Optional.of(Reason.EXPIRED);
    }
    boolean spent = progress.acted() >= fault.count() && progress.underWay() == 0;
    return spent && !fault.lasting() ? Optional.of(Reason.SPENT) : Optional.empty();
  }

  /** How long it can last from now; zero when its time has passed. */
  public static Duration left(Armed fault, Instant now) {
    Duration left = Duration.between(now, fault.endsAt());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** The n-th number of a seed, 0 up to but not 1; each is drawn without those before it. */
  private static double draw(long seed, int n) {
    return new SplittableRandom(seed + n * 0x9E37_79B9_7F4A_7C15L).nextDouble();
  }
}
