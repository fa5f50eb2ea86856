/** Holding a model against reference runs. */
@NullMarked
package dev.kintsugi.node.verify;

import org.jspecify.annotations.NullMarked;
