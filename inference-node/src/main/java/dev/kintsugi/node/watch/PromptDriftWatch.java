package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.Alarm;
import dev.kintsugi.core.watch.Alarm.Look;
import dev.kintsugi.core.watch.PromptDrift;
import dev.kintsugi.core.watch.PromptDrift.Numbers;
import dev.kintsugi.core.watch.PromptDrift.Verdict;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptListener;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;

/** Looks at the embedding of each prompt: is what customers ask for still what they asked for? */
@Singleton
class PromptDriftWatch implements AttemptListener {
  /** Looks in a row: the average moves slowly, so one over the limit may be by a hair. */
  private static final int NEEDED = 3;

  private final NodeMetrics metrics;
  private final NodeEvents events;
  private final Circumstances circumstances;
  private final PromptDrift.Policy policy;
  private PromptDrift.State state = PromptDrift.State.NEW;
  private Alarm alarm = Alarm.CALM;

  PromptDriftWatch(
      NodeMetrics metrics, NodeEvents events, Circumstances circumstances, TrendSettings settings) {
    this.metrics = metrics;
    this.events = events;
    this.circumstances = circumstances;
    this.policy = settings.drift();
  }

  @Override
  public synchronized void promptEncoded(Attempt attempt, float[] pooled) {
    if (AttemptRequest.isProbe(attempt.id())) {
      // The same prompt again and again would pass for what customers usually ask.
      return;
    }
    PromptDrift.Observation observation = PromptDrift.observe(state, pooled, policy);
    state = observation.next();
    switch (observation.verdict()) {
      case Verdict.Learning l -> {}
      case Verdict.Usually(Numbers n) -> seen(n, Look.GOOD);
      case Verdict.Between(Numbers n) -> seen(n, Look.BETWEEN);
      case Verdict.Drifted(PromptDrift.Reason reason, Numbers n) -> {
        if (seen(n, Look.BAD) == Alarm.Change.RAISED) {
          tell(attempt, reason, n);
        }
      }
    }
  }

  private Alarm.Change seen(Numbers numbers, Look look) {
    metrics.promptDrift(
        numbers.location(), numbers.locationLimit(), numbers.spread(), numbers.spreadLimit());
    Alarm.Step step = alarm.after(look, NEEDED);
    alarm = step.alarm();
    return step.change();
  }

  private void tell(Attempt attempt, PromptDrift.Reason reason, Numbers n) {
    boolean location = reason == PromptDrift.Reason.LOCATION;
    events.add(
        Kind.PROMPT_DRIFT,
        String.format(
            Locale.ROOT,
            "prompts differ from those before: %s %.2f, limit %.2f",
            location ? "their average lies at" : "their scatter is",
            location ? n.location() : n.spread(),
            location ? n.locationLimit() : n.spreadLimit()),
        attempt.id(),
        circumstances.of(
            attempt,
            Map.of(
                "reason", reason,
                "location", n.location(),
                "location_limit", n.locationLimit(),
                "spread", n.spread(),
                "spread_limit", n.spreadLimit(),
                "prompts_seen", n.prompts())));
  }
}
