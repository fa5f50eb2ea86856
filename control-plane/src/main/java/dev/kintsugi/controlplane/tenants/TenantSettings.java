package dev.kintsugi.controlplane.tenants;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Limits per plan. Rates count submissions, accepted or not, on each replica.
 *
 * @param freeDailyQuota jobs a free tenant may submit per UTC day
 * @param freePerMinute sustained submissions a minute, and the largest burst
 * @param standardPerMinute the same for the standard plan
 */
@ConfigurationProperties("kintsugi.tenants")
public record TenantSettings(
    @Bindable(defaultValue = "5") int freeDailyQuota,
    @Bindable(defaultValue = "30") int freePerMinute,
    @Bindable(defaultValue = "1200") int standardPerMinute) {}
