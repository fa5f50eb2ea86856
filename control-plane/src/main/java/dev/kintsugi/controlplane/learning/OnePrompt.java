package dev.kintsugi.controlplane.learning;

import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Reading;
import dev.kintsugi.protocol.digest.Sha256;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * Which submissions count as one. A client that asks for the same again and again is one witness,
 * however often: what is counted must be independent of each other, or bounds bound nothing.
 */
final class OnePrompt {

  private static final String BETWEEN = "\0";

  private OnePrompt() {}

  /**
   * The same for submissions of a tenant that read the same and have the same features besides
   * their words; no word can be read from it.
   */
  static UUID digest(String tenant, Submission submission) {
    ByteBuffer hash =
        hash(
            tenant,
            Reading.of(submission.prompt()),
            String.join(" ", PromptFeatures.quantities(submission)));
    return new UUID(hash.getLong(), hash.getLong());
  }

  /**
   * 0 to 1, and as good as a die from one prompt of a tenant, one rule, one of its stages or one
   * day of UTC to another; the same all day, so that who tries again is not let through at last.
   * The next day it is another, so that a rule is tried on few prompts that come again and again,
   * too.
   *
   * @param since when the stage of the rule began
   */
  static double draw(long rule, Instant since, LocalDate day, String tenant, String prompt) {
    long bits =
        hash(Long.toString(rule), since.toString(), day.toString(), tenant, Reading.of(prompt))
            .getLong();
    return (bits >>> 11) * 0x1p-53;
  }

  private static ByteBuffer hash(String... parts) {
    return ByteBuffer.wrap(Sha256.of(String.join(BETWEEN, parts)));
  }
}
