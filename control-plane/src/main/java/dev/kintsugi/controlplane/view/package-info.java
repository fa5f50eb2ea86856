/** Jobs as customers see them. */
@NullMarked
package dev.kintsugi.controlplane.view;

import org.jspecify.annotations.NullMarked;
