/** Whether a prompt is worth a GPU, and what would be a better one. Pure. */
@NullMarked
package dev.kintsugi.core.screening;

import org.jspecify.annotations.NullMarked;
