/** Faults on demand: what is armed, where it acts, how it ends. */
@NullMarked
package dev.kintsugi.node.faults;

import org.jspecify.annotations.NullMarked;
