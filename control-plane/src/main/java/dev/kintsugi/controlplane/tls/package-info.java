/** Certificates that others show. */
@NullMarked
package dev.kintsugi.controlplane.tls;

import org.jspecify.annotations.NullMarked;
