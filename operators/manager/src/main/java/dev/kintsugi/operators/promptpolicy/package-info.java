/** Pushes policies for prompts to the control plane and shows what they came to. */
@NullMarked
package dev.kintsugi.operators.promptpolicy;

import org.jspecify.annotations.NullMarked;
