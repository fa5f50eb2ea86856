/** Pushes objectives to the control plane and shows what they came to. */
@NullMarked
package dev.kintsugi.operators.servicelevelobjective;

import org.jspecify.annotations.NullMarked;
