package dev.kintsugi.controlplane.knowledge;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * @param dir where indexes are, one for each process that runs on this directory
 * @param keepChanges how long an index may be away and still catch up instead of beginning anew
 * @param verifyEvery how often the whole index is read to see that it is undamaged
 */
@ConfigurationProperties("kintsugi.knowledge")
public record KnowledgeSettings(
    @Bindable(defaultValue = "./.kintsugi/data/knowledge") String dir,
    @Bindable(defaultValue = "7d") Duration keepChanges,
    @Bindable(defaultValue = "1h") Duration verifyEvery) {}
