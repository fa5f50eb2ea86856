package dev.kintsugi.core.recovery;

import dev.kintsugi.core.recovery.RecoveryDecision.Skip;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What each step could do for a job, whether there is time for it or not. */
final class Candidates {

  /** Other nodes that a failure of the job's own is taken to before less is made. */
  private static final int OTHER_NODES = 2;

  private static final Set<String> EXPERTS = Set.of("high", "low");

  /** What a step offers. */
  sealed interface Offer {}

  /** Plans to choose from, best first. */
  record Open(List<Plan> plans) implements Offer {}

  record Closed(Skip why) implements Offer {}

  private final Situation in;
  private final Reductions reductions;
  private final @Nullable Tried own;

  Candidates(Situation in) {
    this.in = in;
    this.reductions = new Reductions(in.asked(), in.ladder());
    this.own =
        in.tried().stream().filter(t -> !t.cause().machine()).reduce((a, b) -> b).orElse(null);
  }

  Offer of(Rung rung) {
    if (!helps(rung)) {
      return new Closed(Skip.DOES_NOT_HELP);
    }
    if (in.failuresAt(rung) >= tries(rung)) {
      return new Closed(tries(rung) == 0 ? Skip.UNAVAILABLE : Skip.TRIED);
    }
    return switch (rung) {
      case AS_ASKED, CACHED_RESULT, FALLBACK_CLIP ->
          throw new IllegalArgumentException(rung + " is not made by a node again");
      case NEW_SEED -> new Open(List.of(asked(rung).seeded(in.freshSeed())));
      case OTHER_NODE -> new Open(List.of(elsewhere()));
      case AROUND_EXPERT ->
          sickExpert()
              .<Offer>map(expert -> new Open(List.of(asked(rung).around(expert))))
              .orElseGet(() -> new Closed(Skip.UNAVAILABLE));
      case FEWER_STEPS -> open(reductions.fewerSteps());
      case FEWER_FRAMES -> open(reductions.fewerFrames());
      case SMALLER_SIZE -> open(reductions.smallerSize());
      case LITE_MODEL ->
          lite()
              .map(lite -> open(reductions.lite(lite)))
              .orElseGet(() -> new Closed(Skip.UNAVAILABLE));
      case STILL_MOTION ->
          open(reductions.still(liteFailed() && mainRuns() ? null : lite().orElse(null)));
    };
  }

  private static Offer open(List<Plan> plans) {
    return plans.isEmpty() ? new Closed(Skip.CHANGES_NOTHING) : new Open(plans);
  }

  /**
   * What could help against what. Before a failure of its own a job needs less only for want of
   * time, so what costs as much as before cannot help.
   */
  private boolean helps(Rung rung) {
    @Nullable Cause cause = own == null ? null : own.cause();
    boolean input = in.blame() == Attribution.INPUT;
    return switch (rung) {
      case NEW_SEED ->
          cause != null
              && !cause.ofTime()
              && !input
              && !(cause.ofContent() && in.blame() == Attribution.NODE);
      case OTHER_NODE -> cause != null && !input;
      case AROUND_EXPERT -> cause != null && cause.ofContent();
      case FEWER_STEPS -> cause != Cause.OOM;
      default -> true;
    };
  }

  private int tries(Rung rung) {
    if (rung != Rung.OTHER_NODE) {
      return 1;
    }
    int others = otherNodes();
    boolean sameWouldDo = own != null && own.cause().ofTime();
    return others == 0 ? (sameWouldDo ? 1 : 0) : Math.min(OTHER_NODES, others + triesElsewhere());
  }

  /** Usable nodes on which the job has not failed by itself. */
  private int otherNodes() {
    Set<String> failed =
        in.tried().stream()
            .filter(t -> !t.cause().machine())
            .map(Tried::node)
            .collect(Collectors.toCollection(HashSet::new));
    return (int) in.nodes().stream().filter(n -> n.usable() && !failed.contains(n.id())).count();
  }

  private int triesElsewhere() {
    return in.failuresAt(Rung.OTHER_NODE);
  }

  /**
   * As asked, from its checkpoint, after a fault of time or place; with another seed where the clip
   * was bad, so that node and input can be told apart.
   */
  private Plan elsewhere() {
    Plan plan = asked(Rung.OTHER_NODE);
    return own != null && own.cause().ofContent() ? plan.seeded(in.freshSeed()) : plan;
  }

  private Plan asked(Rung rung) {
    return Plan.asAsked(in.asked()).at(rung);
  }

  /** The expert that worked when the clip went bad, or the only one that some node calls sick. */
  private Optional<String> sickExpert() {
    Set<String> sick =
        in.nodes().stream().flatMap(n -> n.sickExperts().stream()).collect(Collectors.toSet());
    Optional<String> known =
        Optional.ofNullable(own)
            .map(Tried::expert)
            .filter(EXPERTS::contains)
            .or(() -> sick.size() == 1 ? sick.stream().findFirst() : Optional.empty());
    return known.filter(expert -> !sick.contains(other(expert)));
  }

  private static String other(String expert) {
    return expert.equals("high") ? "low" : "high";
  }

  private Optional<NodeFacts.Lite> lite() {
    return in.nodes().stream()
        .filter(node -> node.lite() != null)
        .sorted((a, b) -> Boolean.compare(b.usable(), a.usable()))
        .findFirst()
        .map(node -> Objects.requireNonNull(node.lite()));
  }

  private boolean mainRuns() {
    return in.nodes().stream().anyMatch(NodeFacts::main);
  }

  private boolean liteFailed() {
    return in.tried().stream().anyMatch(t -> t.plan().lite() && !t.cause().machine());
  }
}
