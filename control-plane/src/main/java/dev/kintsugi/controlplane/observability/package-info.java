/** Metrics, health, request ids and traces. */
@NullMarked
package dev.kintsugi.controlplane.observability;

import org.jspecify.annotations.NullMarked;
