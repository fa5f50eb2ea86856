/** Decisions of the job queue: order, fair share, leases and retries. */
@NullMarked
package dev.kintsugi.core.queue;

import org.jspecify.annotations.NullMarked;
