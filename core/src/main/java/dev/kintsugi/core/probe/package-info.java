/** When a node is probed, and what the outcomes mean for its place in dispatch. */
@NullMarked
package dev.kintsugi.core.probe;

import org.jspecify.annotations.NullMarked;
