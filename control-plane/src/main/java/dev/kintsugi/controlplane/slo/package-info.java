/** Objectives counted from the job ledger, their budgets, and what jobs cost. */
@NullMarked
package dev.kintsugi.controlplane.slo;

import org.jspecify.annotations.NullMarked;
