/** Error bodies and codes shared by every HTTP face. */
@NullMarked
package dev.kintsugi.protocol.error;

import org.jspecify.annotations.NullMarked;
