/** Frames to files: MP4, thumbnail and spritesheet. */
@NullMarked
package dev.kintsugi.node.media;

import org.jspecify.annotations.NullMarked;
