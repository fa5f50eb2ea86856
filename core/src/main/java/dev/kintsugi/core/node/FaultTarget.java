package dev.kintsugi.core.node;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which attempts a fault is meant for: a cause that lies in what customers ask for, planted to see
 * whether it is found.
 *
 * @param prompt must be found in the prompt; null means any prompt
 * @param minPixels width times height times frames at least; null means any size
 */
public record FaultTarget(@Nullable Pattern prompt, @Nullable Long minPixels) {

  /**
   * @throws java.util.regex.PatternSyntaxException if the expression is none
   */
  public static FaultTarget of(@Nullable String promptMatches, @Nullable Long minPixels) {
    return new FaultTarget(
        promptMatches == null ? null : Pattern.compile(promptMatches), minPixels);
  }

  public boolean hit(String asked, long pixels) {
    return (prompt == null || prompt.matcher(asked).find())
        && (minPixels == null || pixels >= minPixels);
  }
}
