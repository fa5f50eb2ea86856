package dev.kintsugi.controlplane.cases;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * @param retention how long cases and their replays are kept; families stay
 * @param replayWithin how long a replay may wait and run
 */
@ConfigurationProperties("kintsugi.cases")
public record LedgerSettings(
    @Bindable(defaultValue = "180d") Duration retention,
    @Bindable(defaultValue = "1h") Duration replayWithin) {}
