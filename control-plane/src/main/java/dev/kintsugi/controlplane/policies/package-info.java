/** Policies for prompts that operators push, in force from memory. */
@NullMarked
package dev.kintsugi.controlplane.policies;

import org.jspecify.annotations.NullMarked;
