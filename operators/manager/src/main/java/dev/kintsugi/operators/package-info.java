/** The operator process. */
@NullMarked
package dev.kintsugi.operators;

import org.jspecify.annotations.NullMarked;
