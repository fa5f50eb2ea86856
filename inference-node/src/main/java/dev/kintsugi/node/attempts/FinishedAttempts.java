package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.Retention.Kept;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;

/**
 * Results of attempts that have ended. One that a stuck thread may still write is not among them.
 */
@Singleton
final class FinishedAttempts implements Prunable {
  private final AttemptService attempts;

  FinishedAttempts(AttemptService attempts) {
    this.attempts = attempts;
  }

  @Override
  public List<Kept> prunable(WorkDirectory directory) {
    return attempts.all().stream().filter(a -> !a.held()).flatMap(a -> kept(a, directory)).toList();
  }

  private static Stream<Kept> kept(Attempt attempt, WorkDirectory directory) {
    return attempt
        .finishedAt()
        .map(at -> new Kept(attempt.id(), at, directory.bytes(attempt.id())))
        .stream();
  }

  @Override
  public void prune(String id) {
    attempts.delete(id);
  }
}
