package dev.kintsugi.operators;

import dev.kintsugi.operators.kube.OperatorRuntime;
import io.micronaut.context.annotation.Factory;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Starts reconciling once the health endpoints answer. */
@Singleton
final class OperatorStart {

  private final OperatorRuntime runtime;

  OperatorStart(OperatorRuntime runtime) {
    this.runtime = runtime;
  }

  @EventListener
  void onStartup(ServerStartupEvent event) {
    runtime.start();
  }

  /** The one place where the system's clock enters. */
  @Factory
  static final class Clocks {
    @Singleton
    Clock clock() {
      return Clock.systemUTC();
    }
  }
}
