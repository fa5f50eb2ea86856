/** Custom resource types. */
@NullMarked
package dev.kintsugi.operators.crds;

import org.jspecify.annotations.NullMarked;
