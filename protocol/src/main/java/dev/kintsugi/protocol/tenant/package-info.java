/** Records that concern tenants as a whole. */
@NullMarked
package dev.kintsugi.protocol.tenant;

import org.jspecify.annotations.NullMarked;
