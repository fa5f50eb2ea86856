/** The failure ledger: cases, their families, what operators ask of them, and replays. */
@NullMarked
package dev.kintsugi.controlplane.cases;

import org.jspecify.annotations.NullMarked;
