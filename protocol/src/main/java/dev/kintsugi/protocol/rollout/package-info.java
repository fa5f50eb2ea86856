/** Rollouts as the operations API shows them. */
@NullMarked
package dev.kintsugi.protocol.rollout;

import org.jspecify.annotations.NullMarked;
