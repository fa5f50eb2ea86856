package dev.kintsugi.operators.promptpolicy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.PromptPolicy;
import dev.kintsugi.operators.crds.PromptPolicySpec;
import dev.kintsugi.operators.crds.PromptPolicySpec.Approval;
import dev.kintsugi.operators.crds.PromptPolicySpec.LexiconSpec;
import dev.kintsugi.operators.crds.PromptPolicySpec.PromotionSpec;
import dev.kintsugi.operators.crds.PromptPolicySpec.RuleSpec;
import dev.kintsugi.operators.crds.ThresholdsSpec;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Promotion;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Rule;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Terms;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A resource as the control plane takes it. Pure. */
final class PolicyCompiler {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Integer>> BY_NAME = new TypeReference<>() {};

  private PolicyCompiler() {}

  static PromptPolicyState compile(PromptPolicy resource) {
    PromptPolicySpec spec = resource.getSpec();
    return new PromptPolicyState(
        resource.getMetadata().getUid(),
        resource.getMetadata().getGeneration(),
        resource.getMetadata().getCreationTimestamp(),
        spec.service(),
        thresholds(spec.thresholds()),
        spec.rules().stream().map(PolicyCompiler::rule).toList(),
        terms(spec.lexicon()),
        promotion(spec.promotion()),
        seconds(spec.review().decideWithin()));
  }

  /** Those that are set, by the names they have in the resource. */
  static Map<String, Integer> thresholds(ThresholdsSpec spec) {
    return JSON.convertValue(spec, BY_NAME);
  }

  private static @Nullable Long seconds(@Nullable String duration) {
    return duration == null ? null : Durations.parse(duration).toSeconds();
  }

  private static Rule rule(RuleSpec spec) {
    return new Rule(
        spec.name(),
        spec.features(),
        spec.stage().name().toLowerCase(Locale.ROOT),
        spec.pinned(),
        spec.note());
  }

  private static Terms terms(LexiconSpec spec) {
    return new Terms(spec.terms(), spec.exceptions());
  }

  private static Promotion promotion(PromotionSpec spec) {
    return new Promotion(
        spec.leastPrecision(),
        spec.canaryShare(),
        spec.exploreShare(),
        spec.approval() == Approval.MANUAL);
  }
}
