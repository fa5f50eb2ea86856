package dev.kintsugi.operators;

import io.micronaut.context.env.Environment;
import io.micronaut.runtime.Micronaut;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the process, or says in one line why it cannot: the trace is for debugging only. */
final class PlainStart extends Micronaut {

  private static final Logger LOG = LoggerFactory.getLogger(PlainStart.class);

  @Override
  protected void handleStartupException(Environment environment, Throwable exception) {
    LOG.error("Cannot start: {}", reason(exception));
    LOG.debug("The start failed", exception);
    System.exit(1);
  }

  /** The innermost cause says what a person can mend; the layers above say how it was wired. */
  static String reason(Throwable exception) {
    Throwable root = exception;
    for (@Nullable Throwable next = root; next != null; next = next.getCause()) {
      root = next;
    }
    String message = root.getMessage();
    return message == null || message.isBlank()
        ? root.getClass().getSimpleName()
        : message.strip().replaceAll("\\s+", " ");
  }
}
