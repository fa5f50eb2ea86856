package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.video.Priority;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A submission that passed validation.
 *
 * @param service {@code namespace/name} of the service that will make it
 * @param model public model name asked for
 * @param idempotencyKey of the client, unique per tenant; null means none
 * @param requestHash digest of the request: the same key with another hash is refused
 * @param cost predicted GPU seconds, above 0
 * @param weight of the tenant's fair share, above 0; 1 is normal
 * @param deadline instant after which an answer is worthless
 * @param queueLimit jobs that may wait for the service; beyond it the job is refused
 * @param traceId 32 hex digits
 * @param screening what was said of its prompt; null when it was simply taken
 */
public record NewJob(
    String tenant,
    String service,
    String model,
    Priority priority,
    JobParameters parameters,
    @Nullable String user,
    @Nullable String webhookUrl,
    @Nullable String idempotencyKey,
    String requestHash,
    double cost,
    double weight,
    Instant deadline,
    long queueLimit,
    String traceId,
    @Nullable PromptScreening screening) {

  public NewJob {
    if (!(cost > 0) || !(weight > 0) || Double.isInfinite(cost) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException("cost and weight must be positive and finite");
    }
  }

  /** A job whose prompt was simply taken. */
  public NewJob(
      String tenant,
      String service,
      String model,
      Priority priority,
      JobParameters parameters,
      @Nullable String user,
      @Nullable String webhookUrl,
      @Nullable String idempotencyKey,
      String requestHash,
      double cost,
      double weight,
      Instant deadline,
      long queueLimit,
      String traceId) {
    this(
        tenant,
        service,
        model,
        priority,
        parameters,
        user,
        webhookUrl,
        idempotencyKey,
        requestHash,
        cost,
        weight,
        deadline,
        queueLimit,
        traceId,
        null);
  }

  /** The same with another deadline and another limit. */
  public NewJob with(Instant newDeadline, long newLimit) {
    return new NewJob(
        tenant,
        service,
        model,
        priority,
        parameters,
        user,
        webhookUrl,
        idempotencyKey,
        requestHash,
        cost,
        weight,
        newDeadline,
        newLimit,
        traceId,
        screening);
  }
}
