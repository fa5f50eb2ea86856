/** Health, readiness and metrics of the operator process. */
@NullMarked
package dev.kintsugi.operators.health;

import org.jspecify.annotations.NullMarked;
