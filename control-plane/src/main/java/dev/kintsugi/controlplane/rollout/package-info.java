/**
 * Canary rollouts as the control plane sees them: evidence from the ledger of attempts, the
 * verdict, and the canary's part in dispatch.
 */
@NullMarked
package dev.kintsugi.controlplane.rollout;

import org.jspecify.annotations.NullMarked;
