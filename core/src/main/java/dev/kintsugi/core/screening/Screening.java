package dev.kintsugi.core.screening;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a prompt. */
public sealed interface Screening {

  /** Why, in the order of the text; empty for a prompt that is simply taken. */
  List<Reason> reasons();

  /** A better wording that passes itself; null where none can be told without inventing. */
  @Nullable String suggestion();

  /** The prompt is taken. */
  record Accept() implements Screening {
    @Override
    public List<Reason> reasons() {
      return List.of();
    }

    @Override
    public @Nullable String suggestion() {
      return null;
    }
  }

  /** The prompt is taken, and another wording would do better. */
  record SuggestRewrite(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public SuggestRewrite {
      reasons = List.copyOf(reasons);
    }
  }

  /** The prompt is not taken. */
  record Reject(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public Reject {
      reasons = List.copyOf(reasons);
    }
  }
}
