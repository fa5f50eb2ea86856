/** The last rung of the recovery ladder: a drawn clip that says what it is. */
@NullMarked
package dev.kintsugi.controlplane.placeholder;

import org.jspecify.annotations.NullMarked;
