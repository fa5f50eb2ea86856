package dev.kintsugi.node.experts;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How a quarantined expert gets back, under {@code kintsugi.node.experts}.
 *
 * @param selfTestEvery pause between two self-tests while an expert is quarantined
 */
@ConfigurationProperties("kintsugi.node.experts")
public record ExpertSettings(@Bindable(defaultValue = "60s") Duration selfTestEvery) {}
