/** What prompts mean, as points: near each other when they mean similar things. */
@NullMarked
package dev.kintsugi.controlplane.embedding;

import org.jspecify.annotations.NullMarked;
