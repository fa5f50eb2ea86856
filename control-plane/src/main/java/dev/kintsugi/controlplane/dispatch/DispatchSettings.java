package dev.kintsugi.controlplane.dispatch;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Dispatching as configured.
 *
 * @param poll how often the queue is looked at when nobody rings
 * @param nodePoll how often each node is asked for its status
 * @param silence how long a node may be silent before its attempts move
 * @param attemptLimit longest run of one attempt
 * @param stallFloor no attempt is called stalled before this
 * @param orphanGrace how long an attempt that no job knows may run on a node
 * @param maxAttempts attempts a job has for faults of its own; lost nodes do not count
 * @param gpuFactor GPU seconds of all attempts of a job, as a multiple of what it was predicted to
 *     cost
 * @param answerReserve time kept before a job's deadline to answer without a node
 */
@ConfigurationProperties("kintsugi.dispatch")
record DispatchSettings(
    @Bindable(defaultValue = "200ms") Duration poll,
    @Bindable(defaultValue = "1s") Duration nodePoll,
    @Bindable(defaultValue = "10s") Duration silence,
    @Bindable(defaultValue = "1h") Duration attemptLimit,
    @Bindable(defaultValue = "60s") Duration stallFloor,
    @Bindable(defaultValue = "5s") Duration orphanGrace,
    @Bindable(defaultValue = "10") int maxAttempts,
    @Bindable(defaultValue = "6") double gpuFactor,
    @Bindable(defaultValue = "3s") Duration answerReserve) {}
