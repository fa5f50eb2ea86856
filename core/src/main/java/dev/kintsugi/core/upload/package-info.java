/** How a file reaches an object store in parts. */
@NullMarked
package dev.kintsugi.core.upload;

import org.jspecify.annotations.NullMarked;
