/** How every process names a content. */
@NullMarked
package dev.kintsugi.protocol.digest;

import org.jspecify.annotations.NullMarked;
