/** Whether a prompt is unlike those that went well: pure, in constant memory. */
@NullMarked
package dev.kintsugi.core.novelty;

import org.jspecify.annotations.NullMarked;
