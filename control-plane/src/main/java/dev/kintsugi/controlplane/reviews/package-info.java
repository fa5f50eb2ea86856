/** Prompts that a person decides on. */
@NullMarked
package dev.kintsugi.controlplane.reviews;

import org.jspecify.annotations.NullMarked;
