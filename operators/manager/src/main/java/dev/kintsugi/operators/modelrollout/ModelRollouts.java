package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.rollout.VerdictPolicy;
import dev.kintsugi.core.service.JobEvidence.Judgement;
import dev.kintsugi.core.service.JobEvidence.Verdict;
import dev.kintsugi.core.service.RolloutPhase;
import dev.kintsugi.core.service.RolloutPolicy;
import dev.kintsugi.core.service.RolloutStart.Begin;
import dev.kintsugi.core.service.RolloutStart.Past;
import dev.kintsugi.core.service.RolloutState;
import dev.kintsugi.operators.crds.AnalysisSpec;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** ModelRollouts as the records that decisions are made on, and back. Pure. */
final class ModelRollouts {

  private ModelRollouts() {}

  /** Those of a service, oldest first. */
  static List<ModelRollout> of(DiffusionService service, List<ModelRollout> all) {
    String uid = service.getMetadata().getUid();
    return all.stream()
        .filter(rollout -> rollout.getMetadata().getDeletionTimestamp() == null)
        .filter(
            rollout ->
                rollout.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getUid().equals(uid)))
        .sorted(Comparator.comparingLong(r -> number(r.getMetadata().getName())))
        .toList();
  }

  /** Numbers only grow, so that evidence of one rollout is never taken for that of another. */
  static long next(DiffusionService service, List<ModelRollout> mine) {
    var status = service.getStatus();
    long told = status == null || status.rollout() == null ? 0 : number(status.rollout());
    return 1
        + mine.stream().mapToLong(r -> number(r.getMetadata().getName())).reduce(told, Math::max);
  }

  private static long number(String name) {
    String digits = name.substring(name.lastIndexOf('-') + 1);
    return digits.matches("[0-9]{1,15}") ? Long.parseLong(digits) : 0;
  }

  static ModelRollout begin(
      DiffusionService service, Revision from, String to, Begin begin, long number) {
    var metadata = service.getMetadata();
    var how = service.getSpec().rollout();
    var rollout = new ModelRollout();
    rollout.setMetadata(
        new ObjectMetaBuilder()
            .withName(metadata.getName() + "-" + number)
            .withNamespace(metadata.getNamespace())
            .withLabels(
                Map.of(
                    "app.kubernetes.io/managed-by",
                    "kintsugi",
                    DiffusionService.LABEL,
                    metadata.getName()))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(service.getApiVersion())
                    .withKind(service.getKind())
                    .withName(metadata.getName())
                    .withUid(metadata.getUid())
                    .withController(true)
                    .withBlockOwnerDeletion(true)
                    .build())
            .build());
    rollout.setSpec(
        new ModelRolloutSpec(
            metadata.getName(),
            from,
            Revision.of(to, service.getSpec()),
            begin.wanted(),
            how.steps(),
            how.analysis(),
            how.bake(),
            how.maxSurge(),
            false));
    return rollout;
  }

  static RolloutState state(ModelRollout rollout) {
    var spec = rollout.getSpec();
    var policy = new RolloutPolicy(spec.steps(), spec.maxSurge(), Durations.parse(spec.bake()));
    Instant created = Instant.parse(rollout.getMetadata().getCreationTimestamp());
    ModelRolloutStatus status = rollout.getStatus();
    if (status == null || status.memory() == null) {
      return RolloutState.begin(
          rollout.getMetadata().getName(),
          spec.from().revision(),
          spec.to().revision(),
          policy,
          spec.replicas(),
          spec.paused(),
          created);
    }
    var memory = status.memory();
    return new RolloutState(
        rollout.getMetadata().getName(),
        spec.from().revision(),
        spec.to().revision(),
        policy,
        spec.replicas(),
        spec.paused(),
        RolloutPhase.of(status.phase()).orElse(RolloutPhase.PENDING),
        Objects.requireNonNullElse(status.step(), 0),
        Objects.requireNonNullElse(status.weight(), 0),
        RolloutPhase.of(memory.ending()).orElse(null),
        Objects.requireNonNullElse(instant(memory.since()), created),
        instant(memory.bakeSince()),
        instant(memory.bakeSeen()),
        instant(memory.bakedAt()));
  }

  static Past past(
      ModelRollout rollout, RolloutState state, DiffusionService service, String asked) {
    var memory = rollout.getStatus() == null ? null : rollout.getStatus().memory();
    return new Past(
        state.name(),
        state.stable(),
        state.phase(),
        asks(service, asked, rollout.getSpec().to()),
        memory != null && Boolean.TRUE.equals(memory.forgiven()));
  }

  /** A new operator may call the same pods by another name. */
  static boolean asks(DiffusionService service, String asked, Revision revision) {
    return revision.revision().equals(asked) || revision.sameAs(service.getSpec());
  }

  /**
   * @param step that was surely under way when it was judged; -1 while that is not sure
   * @return null for what cannot be understood: it counts as nothing said
   */
  static @Nullable Judgement judgement(RolloutEvidence said, int step) {
    Instant at = instant(said.evaluatedAt());
    Optional<Verdict> verdict =
        Arrays.stream(Verdict.values()).filter(v -> v.name().equals(said.verdict())).findFirst();
    return at == null || verdict.isEmpty()
        ? null
        : new Judgement(verdict.get(), said.reason(), said.message(), step, at);
  }

  static ServiceState.Rollout wire(ModelRollout rollout, RolloutState state) {
    var spec = rollout.getSpec();
    var analysis = spec.analysis();
    return new ServiceState.Rollout(
        state.name(),
        state.stable(),
        state.canary(),
        state.step(),
        spec.steps().size(),
        analysis.alpha(),
        analysis.beta(),
        analysis.smallestRegression(),
        analysis.smallestSlowdown(),
        Durations.parse(analysis.deadline()).toSeconds(),
        rollout.getMetadata().getCreationTimestamp(),
        state.bakeSince() != null && state.phase() != RolloutPhase.ROLLING_BACK,
        analysis.shadowVideos(),
        sticky(analysis.stickiness()),
        priceRatio(spec.from().gpuHourUsd(), spec.to().gpuHourUsd()));
  }

  /** Null where the two cost the same, or where it is not known. */
  private static @Nullable Double priceRatio(@Nullable String from, @Nullable String to) {
    if (from == null || to == null) {
      return null;
    }
    double before = Double.parseDouble(from);
    double after = Double.parseDouble(to);
    return before == 0 || after == 0 || before == after
        ? null
        : Double.valueOf(
            Math.clamp(
                after / before, VerdictPolicy.LEAST_PRICE_RATIO, VerdictPolicy.MOST_PRICE_RATIO));
  }

  private static @Nullable String sticky(AnalysisSpec.Stickiness stickiness) {
    return stickiness == AnalysisSpec.Stickiness.NONE
        ? null
        : stickiness.name().toLowerCase(Locale.ROOT);
  }

  /** Who wrote the action, as the API server knows it, such as {@code kubectl-annotate}. */
  static String author(ModelRollout rollout) {
    var fields = rollout.getMetadata().getManagedFields();
    return fields == null
        ? "unknown"
        : fields.stream()
            .filter(
                entry ->
                    entry.getFieldsV1() != null
                        && String.valueOf(entry.getFieldsV1().getAdditionalProperties())
                            .contains("f:" + ModelRollout.ACTION))
            .map(ManagedFieldsEntry::getManager)
            .findFirst()
            .orElse("unknown");
  }

  private static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException _) {
      return null;
    }
  }
}
