package dev.kintsugi.controlplane.artifacts;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * @param dir directory of the finished files, shared by every replica
 * @param retention how long a finished video can be downloaded
 * @param pruneInterval between two searches for files nobody needs
 * @param grace a file stored less long ago is never searched out: its job may be about to complete
 */
@ConfigurationProperties("kintsugi.artifacts")
public record ArtifactSettings(
    @Bindable(defaultValue = "./.kintsugi/data/artifacts") String dir,
    @Bindable(defaultValue = "7d") Duration retention,
    @Bindable(defaultValue = "1m") Duration pruneInterval,
    @Bindable(defaultValue = "10m") Duration grace) {}
