/** Desired state that operators push to the control plane, and evidence they read back. */
@NullMarked
package dev.kintsugi.protocol.fleet;

import org.jspecify.annotations.NullMarked;
