package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One model as a customer meets it, and what admission must know of the service behind it.
 *
 * @param service {@code namespace/name}
 * @param model public name
 * @param limits of the loaded model; null until some node of the service has ever reported them
 * @param deadline an accepted job is answered within
 * @param queueLimit jobs that may wait; one more is refused
 * @param slots of the nodes that can be reached now; 0 while none can
 * @param stepSeconds measured median seconds per denoise step by {@code WIDTHxHEIGHTxFRAMES},
 *     merged over the nodes
 */
public record ServedModel(
    String service,
    String model,
    @Nullable ModelLimits limits,
    Duration deadline,
    long queueLimit,
    int slots,
    Map<String, Double> stepSeconds) {}
