/** The health of a model's experts: quarantine and release. */
@NullMarked
package dev.kintsugi.node.experts;

import org.jspecify.annotations.NullMarked;
