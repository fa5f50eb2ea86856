/** The operations API's view of failures: cases, families and replays. */
@NullMarked
package dev.kintsugi.protocol.ledger;

import org.jspecify.annotations.NullMarked;
