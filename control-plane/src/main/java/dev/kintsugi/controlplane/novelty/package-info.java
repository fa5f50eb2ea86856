/** Whether a prompt is unlike those that went well on its service. */
@NullMarked
package dev.kintsugi.controlplane.novelty;

import org.jspecify.annotations.NullMarked;
