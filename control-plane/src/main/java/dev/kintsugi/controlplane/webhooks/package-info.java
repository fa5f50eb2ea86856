/** Telling customers that a job ended: signed, retried, never to a private address. */
@NullMarked
package dev.kintsugi.controlplane.webhooks;

import org.jspecify.annotations.NullMarked;
