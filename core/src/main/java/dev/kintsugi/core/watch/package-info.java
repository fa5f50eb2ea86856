/**
 * What an inference node's watchers decide: is it stuck, slow, leaking, unsteady, or asked for
 * something new. Limits are learned from the node's own past by medians, which a few wild values do
 * not move, with bounds for the time before anything is learned.
 */
@NullMarked
package dev.kintsugi.core.watch;

import org.jspecify.annotations.NullMarked;
