/** The public Videos API. */
@NullMarked
package dev.kintsugi.controlplane.videos;

import org.jspecify.annotations.NullMarked;
