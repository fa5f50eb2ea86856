package dev.kintsugi.controlplane.cases;

import dev.kintsugi.core.ledger.FamilyStatus;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done to a family.
 *
 * @param from status before
 * @param to status after; the same for what does not change it
 * @param actor id of the operator's key, or {@link #LEDGER} for a case that undid a fix
 * @param subject the other family, or the link, that it is about; null for none
 * @param note why, in the operator's words; what undid the fix where the ledger did it
 */
record FamilyChange(
    String family,
    Instant at,
    Action action,
    FamilyStatus from,
    FamilyStatus to,
    String actor,
    @Nullable String subject,
    @Nullable String note) {

  static final String LEDGER = "ledger";

  /** What was done. */
  enum Action {
    /** The status was set. */
    STATUS,
    /** Something else was written of it. */
    NOTE,
    /** It was merged into the subject. */
    MERGED,
    /** The subject was merged into it. */
    ABSORBED,
    /** It was taken out of the subject again. */
    PARTED,
    /** The subject was taken out of it again. */
    RELEASED,
    /** Cases of it became the subject. */
    SPLIT,
    /** It was made of cases of the subject. */
    SPLIT_FROM,
    /** A link was added. */
    LINKED,
    /** A link was removed. */
    UNLINKED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Action fromStored(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** A status that was set. */
  static FamilyChange status(
      String family,
      Instant at,
      FamilyStatus from,
      FamilyStatus to,
      String actor,
      @Nullable String note) {
    return new FamilyChange(family, at, Action.STATUS, from, to, actor, null, note);
  }
}
