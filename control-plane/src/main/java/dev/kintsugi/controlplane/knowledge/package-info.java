/** The search index over the ledger of failures: derived data beside PostgreSQL. */
@NullMarked
package dev.kintsugi.controlplane.knowledge;

import org.jspecify.annotations.NullMarked;
