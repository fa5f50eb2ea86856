package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;

/**
 * How an attempt failed.
 *
 * @param message one sentence for people, kept with the attempt
 * @param jobError code the job fails with when it is not tried again
 */
public record AttemptFailure(FailureClass kind, String message, ErrorCode jobError) {}
