/** Rules for prompts that come from the service's own failures, and whether they still hold. */
@NullMarked
package dev.kintsugi.core.learning;

import org.jspecify.annotations.NullMarked;
