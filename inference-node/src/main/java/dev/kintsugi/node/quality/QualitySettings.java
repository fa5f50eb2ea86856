package dev.kintsugi.node.quality;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Settings of the quality gate, under {@code kintsugi.node.quality}.
 *
 * @param flowModule TorchScript file of an optical flow network such as RAFT; empty: OpenCV's dense
 *     inverse search. A model's limits hold for the flow they were calibrated with
 */
@ConfigurationProperties("kintsugi.node.quality")
public record QualitySettings(@Bindable(defaultValue = "") String flowModule) {}
