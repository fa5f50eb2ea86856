/** Objectives, budgets and costs as the operations API shows them. */
@NullMarked
package dev.kintsugi.protocol.slo;

import org.jspecify.annotations.NullMarked;
