/** NVIDIA's management library, called through Java's foreign function interface. */
@NullMarked
package dev.kintsugi.node.nvml;

import org.jspecify.annotations.NullMarked;
