/** The control plane process. */
@NullMarked
package dev.kintsugi.controlplane;

import org.jspecify.annotations.NullMarked;
