package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.SpecProblem;
import dev.kintsugi.operators.crds.FreezeSpec;
import io.micronaut.scheduling.cron.CronExpression;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the schema cannot say of freeze windows: that each begins at some time, somewhere. */
final class FreezeRules {

  private FreezeRules() {}

  static List<SpecProblem> problems(List<FreezeSpec> windows) {
    return IntStream.range(0, windows.size())
        .boxed()
        .flatMap(i -> problem(windows.get(i), "spec.rollout.freeze[" + i + "].").stream())
        .toList();
  }

  /** Those that can be put in force. */
  static Stream<FreezeSpec> sound(List<FreezeSpec> windows) {
    return windows.stream().filter(window -> problem(window, "").isEmpty());
  }

  private static Optional<SpecProblem> problem(FreezeSpec window, String at) {
    try {
      ZoneId.of(window.timeZone());
    } catch (DateTimeException e) {
      return Optional.of(
          new SpecProblem(
              at + "timeZone",
              "'" + window.timeZone() + "' is no time zone such as Europe/Berlin"));
    }
    try {
      CronExpression.create(window.schedule()).nextTimeAfter(Instant.EPOCH.atZone(ZoneOffset.UTC));
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(new SpecProblem(at + "schedule", String.valueOf(e.getMessage())));
    }
  }
}
