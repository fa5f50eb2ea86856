/** Readings of the device and the process, and the node's metrics. */
@NullMarked
package dev.kintsugi.node.telemetry;

import org.jspecify.annotations.NullMarked;
