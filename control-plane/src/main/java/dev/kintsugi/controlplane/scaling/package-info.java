/** What autoscalers are told: the External Metrics API of Kubernetes. */
@NullMarked
package dev.kintsugi.controlplane.scaling;

import org.jspecify.annotations.NullMarked;
