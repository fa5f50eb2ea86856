/** What customers think of their videos. */
@NullMarked
package dev.kintsugi.controlplane.feedback;

import org.jspecify.annotations.NullMarked;
