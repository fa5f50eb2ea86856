/** Finished files on a volume: content-addressed, never half visible, pruned when unused. */
@NullMarked
package dev.kintsugi.controlplane.artifacts;

import org.jspecify.annotations.NullMarked;
