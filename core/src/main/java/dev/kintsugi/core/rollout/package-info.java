/**
 * Whether a new version of a model goes on, goes back or waits: a sequential comparison of its jobs
 * with those of the stable version, valid at every instant it is looked at.
 */
@NullMarked
package dev.kintsugi.core.rollout;

import org.jspecify.annotations.NullMarked;
