package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.core.ledger.Fingerprint;
import dev.kintsugi.protocol.digest.Sha256;
import java.util.Optional;
import java.util.UUID;

/** Ids of the ledger. Those of cases are UUIDs of version 7, so that they sort by recording. */
final class CaseIds {

  private static final String CASE = "case_";
  private static final String REPLAY = "replay_";
  private static final String FAMILY = "fam_";
  private static final int FAMILY_DIGITS = 16;

  private CaseIds() {}

  static String ofCase(UUID id) {
    return CASE + Ids.hex(id);
  }

  /** 64 bits of SHA-256: at a million families two share an id with a chance of 1 in 40 million. */
  static String ofFamily(Fingerprint fingerprint) {
    return family(fingerprint.text());
  }

  /** One that people make of some cases of another. */
  static String ofFamily(UUID id) {
    return family(id.toString());
  }

  private static String family(String name) {
    return FAMILY + Sha256.hex(name).substring(0, FAMILY_DIGITS);
  }

  static String ofReplay(UUID id) {
    return REPLAY + Ids.hex(id);
  }

  static Optional<UUID> parseReplay(String id) {
    return Ids.parse(REPLAY, id);
  }

  static Optional<UUID> parseCase(String id) {
    return Ids.parse(CASE, id);
  }
}
