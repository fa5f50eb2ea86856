package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Jobs a free tenant may submit per UTC day, counted in the database for all replicas. */
@Singleton
public final class DailyQuota {

  private final TenantStore store;
  private final TenantSettings settings;
  private final Clock clock;

  DailyQuota(TenantStore store, TenantSettings settings, Clock clock) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
  }

  /** One unit of a day's quota. */
  public record Unit(String tenant, LocalDate day, boolean counted) {}

  /**
   * Takes one unit, in one statement, so that concurrent submissions cannot pass together.
   *
   * @throws ApiException {@code quota_exceeded} with the time until the next day
   */
  public Unit take(Tenant tenant) {
    Instant now = clock.instant();
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    if (tenant.plan() != Plan.FREE) {
      return new Unit(tenant.name(), day, false);
    }
    if (!store.takeQuota(tenant.name(), day, settings.freeDailyQuota())) {
      Instant midnight = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
      throw ApiException.retryable(
          ErrorCode.QUOTA_EXCEEDED,
          "The free plan's "
              + settings.freeDailyQuota()
              + " videos a day are used up. More are available from "
              + midnight
              + ".",
          Duration.between(now, midnight));
    }
    return new Unit(tenant.name(), day, true);
  }

  /** The day of a unit that was counted; null where nothing was. */
  public static @Nullable LocalDate day(Unit unit) {
    return unit.counted() ? unit.day() : null;
  }

  /**
   * Gives a unit back in the transaction of the connection.
   *
   * @param day of the unit, which was counted
   */
  public void giveBack(Connection connection, String tenant, LocalDate day) throws SQLException {
    store.returnQuota(connection, tenant, day);
  }

  /** Gives a unit back: no new job came of it. */
  public void giveBack(Unit unit) {
    if (unit.counted()) {
      store.returnQuota(unit.tenant(), unit.day());
    }
  }
}
