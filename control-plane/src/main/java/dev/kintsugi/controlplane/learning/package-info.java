/** Rules for prompts that the service's own failures teach. */
@NullMarked
package dev.kintsugi.controlplane.learning;

import org.jspecify.annotations.NullMarked;
