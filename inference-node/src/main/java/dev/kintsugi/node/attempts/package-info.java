/** The node's attempts: admission, the engine thread, encoding, retention. */
@NullMarked
package dev.kintsugi.node.attempts;

import org.jspecify.annotations.NullMarked;
