/** When certificates are made anew. */
@NullMarked
package dev.kintsugi.core.tls;

import org.jspecify.annotations.NullMarked;
