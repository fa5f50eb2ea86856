package dev.kintsugi.node;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * What the engine runs on, under {@code kintsugi.node} too.
 *
 * @param threads intra-operation threads; 0 means one per processor
 * @param device {@code cpu} or {@code cuda:N}
 */
@ConfigurationProperties("kintsugi.node")
public record EngineSettings(
    @Bindable(defaultValue = "0") int threads, @Bindable(defaultValue = "cpu") String device) {}
