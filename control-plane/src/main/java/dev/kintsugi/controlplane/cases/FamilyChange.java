package dev.kintsugi.controlplane.cases;

import dev.kintsugi.core.ledger.FamilyStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change of a family's status.
 *
 * @param actor name of the operator's key, or {@code ledger} for a case that undid a fix
 * @param note why, in the operator's words; the id of the case where the ledger did it
 */
record FamilyChange(
    String family,
    Instant at,
    FamilyStatus from,
    FamilyStatus to,
    String actor,
    @Nullable String note) {}
