/** Points from which an interrupted run goes on, here or on another node. */
@NullMarked
package dev.kintsugi.node.checkpoints;

import org.jspecify.annotations.NullMarked;
