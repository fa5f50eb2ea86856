package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.SlowRequest;
import dev.kintsugi.core.watch.StallWatch;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.attempts.StepTimes;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import io.micronaut.context.annotation.Context;
import io.micronaut.scheduling.annotation.Scheduled;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every attempt twice a second: one that is stuck is given up, one that is slow is told
 * of. Time is the machine's uptime: a clock that is set must not fail an attempt.
 */
@Context
class AttemptWatchdog {
  private final AttemptService attempts;
  private final StepTimes stepTimes;
  private final NodeEvents events;
  private final Circumstances circumstances;
  private final ProcessEnd end;
  private final StallWatch.Policy stall;
  private final SlowRequest.Policy slow;
  private final Map<String, Track> tracks = new HashMap<>();
  private boolean ending;

  AttemptWatchdog(
      AttemptService attempts,
      StepTimes stepTimes,
      NodeEvents events,
      Circumstances circumstances,
      ProcessEnd end,
      AttemptWatchSettings settings,
      NodeSettings node) {
    this.attempts = attempts;
    this.stepTimes = stepTimes;
    this.events = events;
    this.circumstances = circumstances;
    this.end = end;
    this.stall = settings.stall();
    this.slow = settings.slow(node.slowAttempt());
  }

  /** What is remembered of an attempt between two looks. */
  private static final class Track {
    private final Attempt attempt;
    private final long seenAt;
    private long sequence;
    private long changedAt;
    private boolean slowTold;
    private @Nullable Long givenUpAt;

    Track(Attempt attempt, long now) {
      this.attempt = attempt;
      this.seenAt = now;
      this.changedAt = now;
    }
  }

  @Scheduled(fixedDelay = "500ms", initialDelay = "500ms")
  synchronized void look() {
    long now = System.nanoTime();
    for (Attempt attempt : attempts.all()) {
      if (!attempt.terminal()) {
        tracks.computeIfAbsent(attempt.id(), id -> new Track(attempt, now));
      }
    }
    tracks.values().removeIf(t -> t.attempt.terminal() && !t.attempt.held());
    List.copyOf(tracks.values()).forEach(t -> look(t, now));
  }

  private void look(Track track, long now) {
    AttemptStatus status = track.attempt.status();
    if (status.sequence() != track.sequence) {
      track.sequence = status.sequence();
      track.changedAt = now;
    }
    if (track.givenUpAt != null) {
      lookForHang(track, Duration.ofNanos(now - track.givenUpAt));
    } else if (!status.phase().terminal()) {
      lookForStall(track, status, now);
      lookForSlowness(track, Duration.ofNanos(now - track.seenAt));
    }
  }

  private void lookForStall(Track track, AttemptStatus status, long now) {
    if (status.phase() == AttemptPhase.QUEUED) {
      // It waits for the engine; whatever keeps that busy is looked at itself.
      return;
    }
    StallWatch.Situation situation =
        new StallWatch.Situation(
            Duration.ofNanos(now - track.changedAt),
            status.phase() == AttemptPhase.DENOISING,
            stepTimes.recent(track.attempt.job().shape()));
    if (StallWatch.judge(situation, stall)
        instanceof StallWatch.Verdict.Stalled(Duration silent, StallWatch.Bound bound)) {
      track.givenUpAt = now;
      giveUp(track.attempt, silent, bound);
    }
  }

  private void giveUp(Attempt attempt, Duration silent, StallWatch.Bound bound) {
    // Before the attempt ends: afterwards its stage is only that it failed.
    Map<String, String> details =
        circumstances.of(
            attempt,
            Map.of(
                "silent_seconds", seconds(silent),
                "bound_seconds", seconds(bound.limit()),
                "bound_reason", bound.reason(),
                "usual_step_seconds", bound.steps().median()));
    String message =
        "attempt "
            + attempt.id()
            + " did not move for "
            + seconds(silent)
            + " s, allowed are "
            + seconds(bound.limit());
    if (attempts.giveUp(attempt, FailureClass.STALLED, message, null)) {
      events.add(Kind.STALL, message, attempt.id(), details);
    }
  }

  private void lookForHang(Track track, Duration stuck) {
    if (!ending && track.attempt.held() && StallWatch.hung(stuck, stall)) {
      ending = true;
      String why =
          "a thread is stuck in attempt "
              + track.attempt.id()
              + " since "
              + seconds(stuck)
              + " s after it was given up";
      events.add(
          Kind.STALL,
          why,
          track.attempt.id(),
          circumstances.of(
              track.attempt,
              Map.of(
                  "stuck_seconds", seconds(stuck),
                  "exit_after_seconds", seconds(stall.exitAfter()))));
      end.now(why);
    }
  }

  private void lookForSlowness(Track track, Duration took) {
    Attempt attempt = track.attempt;
    String size = attempt.job().request().size();
    if (!track.slowTold
        && SlowRequest.judge(size, took, slow)
            instanceof SlowRequest.Verdict.Slow(Duration t, Duration limit, var reason)) {
      track.slowTold = true;
      events.add(
          Kind.SLOW_REQUEST,
          "attempt "
              + attempt.id()
              + " of size "
              + size
              + " takes longer than "
              + seconds(limit)
              + " s",
          attempt.id(),
          circumstances.of(
              attempt,
              Map.of(
                  "took_seconds", seconds(t),
                  "limit_seconds", seconds(limit),
                  "limit_reason", reason)));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
