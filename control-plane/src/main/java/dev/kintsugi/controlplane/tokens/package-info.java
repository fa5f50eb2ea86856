/** How many tokens a model makes of a prompt: its nodes are asked. */
@NullMarked
package dev.kintsugi.controlplane.tokens;

import org.jspecify.annotations.NullMarked;
