/** Pushes fleet state to the control plane and reads evidence back. */
@NullMarked
package dev.kintsugi.operators.fleet;

import org.jspecify.annotations.NullMarked;
