/** When a webhook is tried again, and when it is not. */
@NullMarked
package dev.kintsugi.core.webhook;

import org.jspecify.annotations.NullMarked;
