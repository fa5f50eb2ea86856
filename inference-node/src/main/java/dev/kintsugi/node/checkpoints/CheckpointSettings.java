package dev.kintsugi.node.checkpoints;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Checkpoints, under {@code kintsugi.node.checkpoint}; each has an environment variable such as
 * {@code KINTSUGI_NODE_CHECKPOINT_EVERY}.
 *
 * @param every denoise steps between two checkpoints of an attempt that does not say; 0 for none
 * @param maxBytes the largest checkpoint that is taken from elsewhere
 */
@ConfigurationProperties("kintsugi.node.checkpoint")
public record CheckpointSettings(
    @Bindable(defaultValue = "5") int every, @Bindable(defaultValue = "536870912") long maxBytes) {}
