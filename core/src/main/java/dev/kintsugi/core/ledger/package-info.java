/** What failures have in common, and whether one happened again. */
@NullMarked
package dev.kintsugi.core.ledger;

import org.jspecify.annotations.NullMarked;
