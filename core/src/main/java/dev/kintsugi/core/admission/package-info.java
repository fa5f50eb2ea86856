/**
 * What a submission may ask for and whether it is taken: field rules, resolution against a model's
 * limits, predicted cost and finish.
 */
@NullMarked
package dev.kintsugi.core.admission;

import org.jspecify.annotations.NullMarked;
