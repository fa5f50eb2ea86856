/** OpenTelemetry traces of jobs, from submission to delivery. */
@NullMarked
package dev.kintsugi.controlplane.tracing;

import org.jspecify.annotations.NullMarked;
