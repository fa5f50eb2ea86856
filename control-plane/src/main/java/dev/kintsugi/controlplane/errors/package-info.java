/** One shape for every refusal: {@link dev.kintsugi.protocol.error.ErrorBody}. */
@NullMarked
package dev.kintsugi.controlplane.errors;

import org.jspecify.annotations.NullMarked;
