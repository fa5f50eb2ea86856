package dev.kintsugi.controlplane.webhooks;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * @param allowPrivateTargets lets webhooks reach this machine and its networks: for tests and
 *     closed installations only
 * @param connectTimeout longest wait for a connection
 * @param responseTimeout longest wait for an answer
 * @param keep how long ended deliveries stay in the database
 */
@ConfigurationProperties("kintsugi.webhooks")
public record WebhookSettings(
    @Bindable(defaultValue = "false") boolean allowPrivateTargets,
    @Bindable(defaultValue = "3s") Duration connectTimeout,
    @Bindable(defaultValue = "10s") Duration responseTimeout,
    @Bindable(defaultValue = "7d") Duration keep) {}
