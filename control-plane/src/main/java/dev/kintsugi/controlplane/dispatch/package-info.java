/**
 * Hands waiting jobs to free node slots and sees every attempt through to one result. Owns no
 * table: what must survive is in the queue, what is running is on the nodes.
 */
@NullMarked
package dev.kintsugi.controlplane.dispatch;

import org.jspecify.annotations.NullMarked;
