/** Jobs and their attempts. {@link dev.kintsugi.controlplane.queue.JobQueue} is the only door. */
@NullMarked
package dev.kintsugi.controlplane.queue;

import org.jspecify.annotations.NullMarked;
