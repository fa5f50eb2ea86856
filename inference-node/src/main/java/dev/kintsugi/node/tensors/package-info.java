/** Tensors in files. */
@NullMarked
package dev.kintsugi.node.tensors;

import org.jspecify.annotations.NullMarked;
