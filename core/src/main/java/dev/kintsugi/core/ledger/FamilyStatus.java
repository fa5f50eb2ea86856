package dev.kintsugi.core.ledger;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What people know of a family of failures. */
public enum FamilyStatus {
  /** Nobody has said anything of it. */
  OPEN,
  /** The cause is known. */
  EXPLAINED,
  /** It should not happen again. */
  FIXED,
  /** It happened again after it was fixed. */
  REGRESSED;

  /** The lower-case name that is stored and shown. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The status after one more case.
   *
   * @param since when the status was set
   * @param caseAt when the case happened: one from before the fix does not undo it
   */
  public FamilyStatus afterCase(@Nullable Instant since, Instant caseAt) {
    return this == FIXED && since != null && caseAt.isAfter(since) ? REGRESSED : this;
  }
}
