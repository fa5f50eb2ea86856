/**
 * Whether a clip is fit to be given to a customer: statistics of its frames, a model's own limits,
 * one verdict; and how the limits are found from clips known to be good.
 */
@NullMarked
package dev.kintsugi.core.quality;

import org.jspecify.annotations.NullMarked;
