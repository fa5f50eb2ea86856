/** What the recovery decision needs to know, and the answers that no node makes. */
@NullMarked
package dev.kintsugi.controlplane.recovery;

import org.jspecify.annotations.NullMarked;
