/** Registers the control plane's External Metrics API: its certificate, and whom it may answer. */
@NullMarked
package dev.kintsugi.operators.externalmetrics;

import org.jspecify.annotations.NullMarked;
