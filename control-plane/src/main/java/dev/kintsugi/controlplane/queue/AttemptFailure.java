package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.node.FailureClass;

/**
 * How an attempt failed.
 *
 * @param message one sentence for people, kept with the attempt
 * @param attribution who is to blame: name of a {@link dev.kintsugi.core.recovery.Attribution}
 */
public record AttemptFailure(FailureClass kind, String message, String attribution) {}
