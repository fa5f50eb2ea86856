/** The reconciler of DiffusionService: observe, decide, apply, report. */
@NullMarked
package dev.kintsugi.operators.diffusionservice;

import org.jspecify.annotations.NullMarked;
