/** From a model directory to a model proven to work. */
@NullMarked
package dev.kintsugi.node.warmup;

import org.jspecify.annotations.NullMarked;
