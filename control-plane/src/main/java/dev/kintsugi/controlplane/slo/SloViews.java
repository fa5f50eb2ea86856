package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.slo.Objectives.Judged;
import dev.kintsugi.core.learning.Estimate;
import dev.kintsugi.core.slo.BurnReading;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.slo.CostList.Cost;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Judgements and costs as the APIs show them. */
final class SloViews {

  private static final int THOUSAND = 1000;

  private SloViews() {}

  /**
   * @param fresh false when the judgement is too old to be gone by
   */
  static ObjectiveEvidence evidence(Judged one, boolean fresh, List<CountStore.Part> parts) {
    SloReview review = one.review();
    StoredObjective objective = one.objective();
    Double value = one.value();
    Estimate between = one.between();
    return new ObjectiveEvidence(
        objective.pushed().uid(),
        objective.pushed().generation(),
        fresh ? review.state().text() : SloReview.State.NO_DATA.text(),
        fresh ? review.reason().text() : "NotEvaluatedLately",
        fresh ? message(objective, review) : "last evaluated " + one.at(),
        one.at().toString(),
        review.window().events(),
        review.window().bad(),
        review.current(),
        between == null ? null : between.low(),
        between == null ? null : between.high(),
        review.budgetLeft(),
        value,
        value == null ? null : kind(objective) == Kind.LATENCY ? "quantile" : "mean",
        review.eventsPerSecond(),
        review.burns().stream().map(SloViews::level).toList(),
        parts.stream().map(SloViews::slice).toList());
  }

  /** Of an objective that was pushed and not judged yet. */
  static ObjectiveEvidence unjudged(StoredObjective objective) {
    return new ObjectiveEvidence(
        objective.pushed().uid(),
        objective.pushed().generation(),
        SloReview.State.NO_DATA.text(),
        "NotEvaluatedYet",
        "not evaluated yet",
        null,
        0,
        0,
        null,
        null,
        null,
        null,
        null,
        null,
        0,
        List.of(),
        List.of());
  }

  static String message(StoredObjective objective, SloReview review) {
    Double current = review.current();
    Double left = review.budgetLeft();
    if (current == null || left == null) {
      return "no event in the window of " + objective.objective().window();
    }
    String text =
        String.format(
            Locale.ROOT,
            "%s %% of %d good, %s %% promised, %s %% of the budget left",
            percent(current),
            review.window().events(),
            percent(objective.objective().target()),
            percent(left));
    return review
        .worst()
        .filter(BurnReading::firing)
        .map(burn -> text + "; " + burning(burn))
        .orElse(text);
  }

  private static String burning(BurnReading burn) {
    return String.format(
        Locale.ROOT,
        "%s burns at %.2f over %s, limit %.2f, %.1f bad of %d needed",
        burn.level().name().wireName(),
        burn.burn(),
        burn.level().window(),
        burn.level().limit(),
        burn.tally().bad(),
        burn.needed());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", share * 100);
  }

  private static Kind kind(StoredObjective objective) {
    return objective.objective().indicator().kind();
  }

  private static ObjectiveEvidence.Level level(BurnReading burn) {
    var level = burn.level();
    return new ObjectiveEvidence.Level(
        level.name().wireName(),
        level.window().toSeconds(),
        level.shortWindow().toSeconds(),
        burn.burn(),
        burn.shortBurn(),
        level.limit(),
        level.clears(),
        level.detects(),
        burn.tally().bad(),
        burn.needed(),
        burn.firing(),
        level.falseAlerts(),
        level.missed());
  }

  private static ObjectiveEvidence.Slice slice(CountStore.Part part) {
    Double bad = part.tally().badShare();
    return new ObjectiveEvidence.Slice(
        part.dimension(),
        part.part(),
        part.tally().events(),
        part.tally().bad(),
        bad == null ? 1 : 1 - bad,
        part.tally().mean());
  }

  static Cost cost(CostStore.Part part) {
    CostStore.Cost cost = part.cost();
    Double perVideo =
        cost.priced() == 0 || cost.videos() == 0 ? null : cost.costUsd() / cost.videos();
    return new Cost(
        part.service(),
        part.by(),
        part.part(),
        cost.jobs(),
        cost.videos(),
        cost.gpuSeconds(),
        cost.gpuSeconds() - cost.deliveredSeconds(),
        priced(cost, cost.costUsd()),
        priced(cost, cost.costUsd() - cost.deliveredUsd()),
        perVideo,
        perVideo == null ? null : perVideo * THOUSAND);
  }

  private static @Nullable Double priced(CostStore.Cost cost, double usd) {
    return cost.priced() == 0 ? null : usd;
  }
}
