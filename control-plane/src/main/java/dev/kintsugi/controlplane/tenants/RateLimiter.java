package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Token buckets per tenant, in this replica's memory: a guard against floods, not an account. */
@Singleton
public final class RateLimiter {

  private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();
  private final TenantSettings settings;
  private final TimeMeter time;

  RateLimiter(TenantSettings settings, Clock clock) {
    this.settings = settings;
    this.time = new ClockMeter(clock);
  }

  /**
   * Takes one submission.
   *
   * @throws ApiException {@code rate_limit_exceeded} with the wait
   */
  public void admit(Tenant tenant) {
    Bucket bucket =
        buckets.computeIfAbsent(tenant.name() + "/" + tenant.plan(), key -> bucket(tenant.plan()));
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      Duration wait = Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1);
      throw ApiException.retryable(
          ErrorCode.RATE_LIMIT_EXCEEDED,
          "Rate limit reached: "
              + perMinute(tenant.plan())
              + " submissions a minute. Try again in "
              + wait.toSeconds()
              + " s.",
          wait);
    }
  }

  private Bucket bucket(Plan plan) {
    int perMinute = perMinute(plan);
    return Bucket.builder()
        .withCustomTimePrecision(time)
        .addLimit(
            Bandwidth.builder()
                .capacity(perMinute)
                .refillGreedy(perMinute, Duration.ofMinutes(1))
                .build())
        .build();
  }

  private int perMinute(Plan plan) {
    return switch (plan) {
      case FREE -> settings.freePerMinute();
      case STANDARD -> settings.standardPerMinute();
    };
  }

  private record ClockMeter(Clock clock) implements TimeMeter {

    @Override
    public long currentTimeNanos() {
      return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
    }

    @Override
    public boolean isWallClockBased() {
      return true;
    }
  }
}
