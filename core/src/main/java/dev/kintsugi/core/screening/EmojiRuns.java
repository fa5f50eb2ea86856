package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Emoji in a row: text encoders make noise of them. Spaces and what nobody sees do not part them.
 */
final class EmojiRuns {

  private EmojiRuns() {}

  static List<Reason> find(Wording wording, ScreeningPolicy policy) {
    List<Reason> reasons = new ArrayList<>();
    List<Glyph> run = new ArrayList<>();
    for (Glyph glyph : wording.glyphs()) {
      if (glyph.kind() == Kind.EMOJI) {
        run.add(glyph);
      } else if (!Wording.between(glyph.kind())) {
        end(wording, policy, run, reasons);
      }
    }
    end(wording, policy, run, reasons);
    return reasons;
  }

  private static void end(
      Wording wording, ScreeningPolicy policy, List<Glyph> run, List<Reason> reasons) {
    int pictures = run.stream().mapToInt(Glyph::pictures).sum();
    if (pictures >= policy.emojiRun()) {
      int start = run.getFirst().start();
      int end = run.getLast().end();
      reasons.add(
          wording.reason(
              Rule.EMOJI_RUN,
              start,
              end,
              "%d emoji in a row; at most %d are understood. Say it in words."
                  .formatted(pictures, policy.emojiRun() - 1)));
    }
    run.clear();
  }
}
