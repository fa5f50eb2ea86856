/**
 * The mathematics of a flow diffusion schedule: noise levels, solver coefficients, expert choice.
 */
@NullMarked
package dev.kintsugi.core.diffusion;

import org.jspecify.annotations.NullMarked;
