/** Frames to files: MP4, thumbnail and spritesheet. */
@NullMarked
package dev.kintsugi.media;

import org.jspecify.annotations.NullMarked;
