package dev.kintsugi.controlplane.recovery;

import dev.kintsugi.core.recovery.Attribution.Surroundings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How attempts of this replica ended lately, by node: what tells a sick node from a bad prompt. In
 * memory: what a restarted replica does not know yet it blames by the failure's class.
 */
@Singleton
public class NodeTallies {

  private static final Duration LATELY = Duration.ofMinutes(30);
  private static final int MOST = 2_000;

  private final Deque<Ended> lately = new ArrayDeque<>();

  private record Ended(
      String service, String revision, String node, String job, boolean well, Instant at) {}

  /** What ran where. */
  public record Place(String service, String revision, String node) {}

  /**
   * @param well the attempt made its clip
   */
  public synchronized void ended(Place place, String job, boolean well, Instant now) {
    lately.addLast(new Ended(place.service(), place.revision(), place.node(), job, well, now));
    while (lately.size() > MOST || lately.getFirst().at().plus(LATELY).isBefore(now)) {
      lately.removeFirst();
    }
  }

  /** What other jobs met at a place, a job that just failed there included. */
  public synchronized Surroundings around(Place place, String failedJob) {
    List<Ended> here =
        lately.stream()
            .filter(e -> e.service().equals(place.service()))
            .filter(e -> e.revision().equals(place.revision()))
            .toList();
    List<Ended> failed = here.stream().filter(e -> !e.well()).toList();
    Deque<String> onNode = new ArrayDeque<>(List.of(failedJob));
    for (Ended e : here.reversed()) {
      if (e.node().equals(place.node())) {
        if (e.well()) {
          break;
        }
        onNode.add(e.job());
      }
    }
    Deque<String> jobs = new ArrayDeque<>(failed.stream().map(Ended::job).toList());
    jobs.add(failedJob);
    Deque<String> nodes = new ArrayDeque<>(failed.stream().map(Ended::node).toList());
    nodes.add(place.node());
    List<Ended> well = here.stream().filter(Ended::well).toList();
    return new Surroundings(
        distinct(onNode),
        distinct(jobs),
        distinct(nodes),
        (int) well.stream().filter(e -> !e.node().equals(place.node())).count(),
        well.size());
  }

  private static int distinct(Deque<String> names) {
    return (int) names.stream().distinct().count();
  }
}
