/** The one catalogue of metric names, labels, units and help texts. */
@NullMarked
package dev.kintsugi.protocol.metrics;

import org.jspecify.annotations.NullMarked;
