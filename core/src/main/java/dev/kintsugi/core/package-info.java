/** Every decision as a pure function: records in, a sealed result out, time passed in. */
@NullMarked
package dev.kintsugi.core;

import org.jspecify.annotations.NullMarked;
