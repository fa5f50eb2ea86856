package dev.kintsugi.controlplane.rollout;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * @param interval how often a verdict is asked for when no attempt of the canary ends
 * @param staleAfter evidence older than this holds a rollout
 */
@ConfigurationProperties("kintsugi.rollout")
public record RolloutSettings(
    @Bindable(defaultValue = "500ms") Duration interval,
    @Bindable(defaultValue = "10s") Duration staleAfter) {}
