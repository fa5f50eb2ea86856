/**
 * Watches the node while it works: what it notices becomes an event with the circumstances. What is
 * worth noticing is decided in {@link dev.kintsugi.core.watch}.
 */
@NullMarked
package dev.kintsugi.node.watch;

import org.jspecify.annotations.NullMarked;
