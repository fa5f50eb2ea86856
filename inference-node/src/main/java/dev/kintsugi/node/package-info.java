/** The inference node process. */
@NullMarked
package dev.kintsugi.node;

import org.jspecify.annotations.NullMarked;
