package dev.kintsugi.operators;

/** The operator process. */
public final class Application {

  private Application() {}

  public static void main(String[] args) {
    new PlainStart().args(args).mainClass(Application.class).banner(false).start();
  }
}
