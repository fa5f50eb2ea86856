package dev.kintsugi.operators;

import io.micronaut.runtime.Micronaut;

/** The operator process. */
public final class Application {

  private Application() {}

  public static void main(String[] args) {
    Micronaut.build(args).mainClass(Application.class).banner(false).start();
  }
}
