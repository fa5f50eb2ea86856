/** Probes of nodes: who is due, which replica does it, and which nodes are out of dispatch. */
@NullMarked
package dev.kintsugi.controlplane.probe;

import org.jspecify.annotations.NullMarked;
