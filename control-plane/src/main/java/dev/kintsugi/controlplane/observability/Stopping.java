package dev.kintsugi.controlplane.observability;

import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Known to everyone who would otherwise keep a connection open for long: the process is going. */
@Singleton
public final class Stopping implements GracefulShutdownCapable, ReadinessCheck {

  private volatile boolean begun;

  public boolean begun() {
    return begun;
  }

  @Override
  public CompletionStage<?> shutdownGracefully() {
    begun = true;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public Optional<String> problem() {
    return begun ? Optional.of("The process is stopping.") : Optional.empty();
  }
}
