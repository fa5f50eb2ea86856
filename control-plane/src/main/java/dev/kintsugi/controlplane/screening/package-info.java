/** Whether prompts are worth a GPU. */
@NullMarked
package dev.kintsugi.controlplane.screening;

import org.jspecify.annotations.NullMarked;
