/** Topics that rules for prompts use: what prompts are about, whatever their words. */
@NullMarked
package dev.kintsugi.controlplane.topics;

import org.jspecify.annotations.NullMarked;
