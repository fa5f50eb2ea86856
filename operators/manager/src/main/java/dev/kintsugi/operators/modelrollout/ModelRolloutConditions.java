package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.service.RolloutDecision;
import dev.kintsugi.core.service.RolloutPhase;
import dev.kintsugi.core.service.RolloutReason;
import dev.kintsugi.core.service.RolloutState;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.operators.crds.ModelRolloutStatus.Arm;
import dev.kintsugi.operators.crds.ModelRolloutStatus.Entry;
import dev.kintsugi.operators.crds.ModelRolloutStatus.Evidence;
import dev.kintsugi.operators.crds.ModelRolloutStatus.Memory;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ArmEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A decision as the status of a ModelRollout; transition times are kept. Pure. */
final class ModelRolloutConditions {

  static final String ACTION_ACCEPTED = "ActionAccepted";

  private static final int TIMELINE = 50;
  private static final int MESSAGE_LIMIT = 1024;
  private static final Duration NUMBERS_EVERY = Duration.ofSeconds(30);
  private static final MathContext THREE_DIGITS = new MathContext(3);

  private ModelRolloutConditions() {}

  /**
   * What one look came to.
   *
   * @param news entries for the timeline
   * @param action dealt with and not yet surely taken off; null for none
   * @param answer to an action of this look; null for none
   * @param forgiven the service asked for something else since
   */
  record Look(
      RolloutDecision decision,
      @Nullable RolloutEvidence evidence,
      List<Entry> news,
      @Nullable String action,
      @Nullable Answer answer,
      boolean forgiven) {}

  /** What became of an action. */
  record Answer(boolean accepted, RolloutReason reason, String message) {}

  static Entry entry(String what, RolloutReason reason, String message, Instant now) {
    return new Entry(seconds(now), what, reason.text(), shortened(message));
  }

  static ModelRolloutStatus status(ModelRollout rollout, Look look, Instant now) {
    @Nullable ModelRolloutStatus before = rollout.getStatus();
    RolloutState state = look.decision().state();
    long generation = rollout.getMetadata().getGeneration();
    var evidence = look.evidence();
    var verdictBefore = before == null ? null : before.verdict();
    Standing standing = standing(before, look.decision());
    return new ModelRolloutStatus(
        generation,
        state.phase().text(),
        state.step(),
        (state.step() + 1) + "/" + state.policy().steps().size(),
        state.weight(),
        evidence == null ? verdictBefore : evidence.verdict(),
        standing.reason(),
        standing.message(),
        numbers(before == null ? null : before.evidence(), evidence, now),
        timeline(before, look.news()),
        conditions(before, look, standing, generation, now),
        new Memory(
            state.since().toString(),
            state.ending() == null ? null : state.ending().text(),
            text(state.bakeSince()),
            text(state.bakeSeen()),
            text(state.bakedAt()),
            look.action(),
            look.forgiven() ? true : null));
  }

  private record Standing(String reason, String message) {}

  /** What ended keeps the words it ended with. */
  private static Standing standing(@Nullable ModelRolloutStatus before, RolloutDecision decision) {
    boolean over = decision instanceof RolloutDecision.Stay && decision.state().phase().ended();
    return over && before != null && before.reason() != null && before.message() != null
        ? new Standing(before.reason(), before.message())
        : new Standing(decision.reason().text(), shortened(decision.message()));
  }

  /** Numbers that grow, and waits that are routine, are no reason to write more than every 30 s. */
  static boolean worthWriting(
      @Nullable ModelRolloutStatus before, ModelRolloutStatus after, Instant now) {
    if (before == null || before.evidence() == null || !quiet(before).equals(quiet(after))) {
      return true;
    }
    Instant written = Instant.parse(before.evidence().time());
    boolean due = Duration.between(written, now).abs().compareTo(NUMBERS_EVERY) >= 0;
    boolean same =
        after.evidence() != null
            && after.evidence().sameNumbers(before.evidence())
            && String.valueOf(before.message()).equals(after.message());
    return due && !same;
  }

  private static ModelRolloutStatus quiet(ModelRolloutStatus status) {
    return new ModelRolloutStatus(
        status.observedGeneration(),
        status.phase(),
        status.step(),
        status.progress(),
        status.weight(),
        status.verdict(),
        quiet(status.reason()),
        null,
        null,
        status.timeline(),
        status.conditions().stream()
            .map(
                c ->
                    c.type().equals(ACTION_ACCEPTED)
                        ? c
                        : new StatusCondition(c.type(), c.status(), 0L, "", quiet(c.reason()), ""))
            .toList(),
        status.memory());
  }

  private static String quiet(@Nullable String reason) {
    return RolloutReason.of(reason).filter(known -> !known.routine()).isPresent()
        ? String.valueOf(reason)
        : "";
  }

  private static Evidence numbers(
      @Nullable Evidence before, @Nullable RolloutEvidence said, Instant now) {
    if (said == null) {
      return before == null
          ? new Evidence(seconds(now), null, null, null, null, null, null, null)
          : new Evidence(
              seconds(now),
              before.carriedPercent(),
              before.againstCanary(),
              before.forCanary(),
              before.firstBadAt(),
              before.cutAt(),
              before.stable(),
              before.canary());
    }
    return new Evidence(
        seconds(now),
        rounded(said.carriedPercent()),
        rounded(said.againstCanary()),
        rounded(said.forCanary()),
        said.firstBadAt(),
        said.cutAt(),
        arm(said.stable()),
        arm(said.canary()));
  }

  private static Arm arm(ArmEvidence arm) {
    return new Arm(
        arm.jobs(),
        arm.failed(),
        arm.late(),
        arm.lowQuality(),
        arm.degraded(),
        arm.excused(),
        arm.inFlight(),
        arm.meanSeconds() == null ? null : rounded(arm.meanSeconds()),
        arm.meanScore() == null ? null : rounded(arm.meanScore()));
  }

  private static @Nullable Double rounded(double value) {
    if (Double.isNaN(value)) {
      return null;
    }
    return Double.isInfinite(value)
        ? Double.valueOf(Math.copySign(Double.MAX_VALUE, value))
        : Double.valueOf(new BigDecimal(value).round(THREE_DIGITS).doubleValue());
  }

  private static List<Entry> timeline(@Nullable ModelRolloutStatus before, List<Entry> news) {
    List<Entry> all = new ArrayList<>(before == null ? List.of() : before.timeline());
    all.addAll(news);
    return all.subList(Math.max(0, all.size() - TIMELINE), all.size());
  }

  private static List<StatusCondition> conditions(
      @Nullable ModelRolloutStatus before,
      Look look,
      Standing standing,
      long generation,
      Instant now) {
    RolloutPhase phase = look.decision().state().phase();
    String ended = phase == RolloutPhase.PROMOTED ? "True" : phase.ended() ? "False" : "Unknown";
    boolean moves = !phase.ended() && phase != RolloutPhase.PAUSED;
    String reason = standing.reason();
    String message = standing.message();
    Stream<StatusCondition> own =
        Stream.of(
            condition(before, "Progressing", bool(moves), reason, message, generation, now),
            condition(
                before,
                "Paused",
                bool(phase == RolloutPhase.PAUSED),
                reason,
                message,
                generation,
                now),
            condition(before, "Completed", ended, reason, message, generation, now));
    Answer answer = look.answer();
    Stream<StatusCondition> action =
        answer == null
            ? find(before, ACTION_ACCEPTED).stream()
            : Stream.of(
                condition(
                    before,
                    ACTION_ACCEPTED,
                    bool(answer.accepted()),
                    answer.reason().text(),
                    shortened(answer.message()),
                    generation,
                    now));
    return Stream.concat(own, action).toList();
  }

  private static StatusCondition condition(
      @Nullable ModelRolloutStatus before,
      String type,
      String status,
      String reason,
      String message,
      long generation,
      Instant now) {
    String since =
        find(before, type)
            .filter(old -> old.status().equals(status))
            .map(StatusCondition::lastTransitionTime)
            .orElse(seconds(now));
    return new StatusCondition(type, status, generation, since, reason, message);
  }

  static Optional<StatusCondition> find(@Nullable ModelRolloutStatus status, String type) {
    return status == null
        ? Optional.empty()
        : status.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private static String bool(boolean value) {
    return value ? "True" : "False";
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static String seconds(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String shortened(String message) {
    return message.length() <= MESSAGE_LIMIT
        ? message
        : message.substring(0, MESSAGE_LIMIT - 1) + "…";
  }
}
