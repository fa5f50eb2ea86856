/**
 * Service level objectives: which jobs are good, what is left of an error budget, how fast it is
 * spent, and when that is worth an alert. Windows and factors follow from objective, window and
 * traffic.
 */
@NullMarked
package dev.kintsugi.core.slo;

import org.jspecify.annotations.NullMarked;
