/**
 * The quality gate: measures the frames of a clip while the rest of it is decoded, and holds the
 * clip against its model's limits before it is encoded.
 */
@NullMarked
package dev.kintsugi.node.quality;

import org.jspecify.annotations.NullMarked;
