package dev.kintsugi.node;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings of one node, under {@code kintsugi.node}; each has an environment variable such as
 * {@code KINTSUGI_NODE_WORK_DIR} and the main ones a flag.
 *
 * @param model directory of the model; empty means the built-in one
 * @param liteModel directory of a smaller model served beside it; empty means the built-in one
 *     where the main model is built in, {@code none} means none
 * @param workDir where attempts keep their files while they wait to be fetched
 * @param grace how long a stopping node may take in all
 * @param keep how long a finished attempt's files wait to be fetched
 * @param minFreeBytes below this free space the oldest finished attempts are pruned
 * @param slowAttempt an attempt that takes longer is an event with its circumstances
 * @param loadRetry how long after a failed load the model directory is tried again
 */
@ConfigurationProperties("kintsugi.node")
public record NodeSettings(
    @Bindable(defaultValue = "") String model,
    @Bindable(defaultValue = "") String liteModel,
    @Bindable(defaultValue = "") String workDir,
    @Bindable(defaultValue = "25s") Duration grace,
    @Bindable(defaultValue = "30m") Duration keep,
    @Bindable(defaultValue = "268435456") long minFreeBytes,
    @Bindable(defaultValue = "10s") Duration slowAttempt,
    @Bindable(defaultValue = "30s") Duration loadRetry) {}
