/** How many pods a service is told to have. */
@NullMarked
package dev.kintsugi.core.scaling;

import org.jspecify.annotations.NullMarked;
