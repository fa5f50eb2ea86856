package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.learning.WrittenSteps.Entry;
import dev.kintsugi.controlplane.learning.WrittenSteps.Step;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Rule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WrittenStepsTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant NOW = NOON.plusSeconds(60);

  private static Entry entry(String policy, String stage, boolean pinned) {
    return Entry.of(
        "studio/" + policy,
        "studio/wan",
        new Rule("lava", List.of("word:lava", "frames>=9"), stage, pinned, null));
  }

  private static StoredRule rule(
      @Nullable String policy, @Nullable String entry, RuleStage stage, boolean pinned) {
    return new StoredRule(
        7,
        "studio/wan",
        List.of("frames>=9", "word:lava"),
        policy,
        entry,
        null,
        NOON,
        new RuleState(stage, NOON, pinned, 9, 8, 0.5),
        NOON,
        3);
  }

  private static Step only(List<Entry> wanted, StoredRule... rules) {
    List<Step> steps = WrittenSteps.of(wanted, List.of(rules));
    assertThat(steps).hasSize(1);
    return steps.getFirst();
  }

  @Test
  void whatEvidenceOrAPersonMadeOfARuleStays() {
    List<Entry> wanted = List.of(entry("own", "shadow", false));
    for (RuleStage stage : RuleStage.values()) {
      assertThat(WrittenSteps.of(wanted, List.of(rule("studio/own", "shadow", stage, true))))
          .isEmpty();
    }
  }

  @Test
  void aChangedEntryIsAppliedWhateverWasMadeOfIt() {
    StoredRule vetoed = rule("studio/own", "shadow", RuleStage.RETIRED, true);
    Step step = only(List.of(entry("own", "canary", true)), vetoed);
    assertThat(step.next(NOW)).isEqualTo(new RuleState(RuleStage.CANARY, NOW, true, 0, 0, 0));
    assertThat(step.change(NOW).from()).isEqualTo("retired");
  }

  @Test
  void aRuleOfTheSameFeaturesIsTakenOverWithItsEvidence() {
    StoredRule found = rule(null, null, RuleStage.ENFORCED, false);
    Step same = only(List.of(entry("own", "enforced", true)), found);
    assertThat(same.next(NOW)).isEqualTo(new RuleState(RuleStage.ENFORCED, NOON, true, 9, 8, 0.5));
    Step lower = only(List.of(entry("own", "shadow", false)), found);
    assertThat(lower.next(NOW)).isEqualTo(RuleState.begin(RuleStage.SHADOW, NOW));
    assertThat(WrittenSteps.of(List.of(), List.of(found))).as("nobody's business").isEmpty();
  }

  @Test
  void whatNoPolicyHasAnyMoreIsRetiredAndAVetoOutlivesItsEntry() {
    Step gone = only(List.of(), rule("studio/own", "enforced", RuleStage.ENFORCED, true));
    assertThat(gone.next(NOW)).isEqualTo(RuleState.begin(RuleStage.RETIRED, NOW));
    assertThat(gone.reason()).isEqualTo("Policy studio/own does not have it any more.");
    Step vetoed = only(List.of(), rule("studio/own", "enforced", RuleStage.RETIRED, true));
    assertThat(vetoed.next(NOW).pinned()).isTrue();
    Step passed =
        only(
            List.of(entry("other", "enforced", false)),
            rule("studio/own", "enforced", RuleStage.ENFORCED, false));
    assertThat(passed.next(NOW).matched()).as("another policy has it now").isEqualTo(9);
  }
}
