/**
 * What becomes of a job whose attempt failed, or whose time runs out: who is to blame, which rung
 * of the ladder is next, and when to stop and answer with less.
 */
@NullMarked
package dev.kintsugi.core.recovery;

import org.jspecify.annotations.NullMarked;
