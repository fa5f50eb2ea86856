package dev.kintsugi.controlplane.recovery;

import dev.kintsugi.core.recovery.Attribution.Surroundings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * How attempts of this replica ended lately, by node: what tells a sick node from a bad prompt. In
 * memory: what a restarted replica does not know yet it blames by the failure's class.
 */
@Singleton
public class NodeTallies {

  private static final Duration LATELY = Duration.ofMinutes(30);
  private static final int MOST = 2_000;

  private final Deque<Ended> lately = new ArrayDeque<>();

  private record Ended(Place place, Task task, boolean well, Instant at) {}

  /** What ran where. */
  public record Place(String service, String revision, String node) {}

  /**
   * What ran.
   *
   * @param input the same for jobs that ask for the same
   */
  public record Task(String job, String input) {}

  /**
   * @param well the attempt made its clip
   */
  public synchronized void ended(Place place, Task task, boolean well, Instant now) {
    lately.addLast(new Ended(place, task, well, now));
    while (lately.size() > MOST || lately.getFirst().at().plus(LATELY).isBefore(now)) {
      lately.removeFirst();
    }
  }

  /** What other jobs met at a place, a job that just failed there included. */
  public synchronized Surroundings around(Place place, Task failedNow) {
    List<Ended> here =
        lately.stream()
            .filter(e -> e.place().service().equals(place.service()))
            .filter(e -> e.place().revision().equals(place.revision()))
            .toList();
    List<Task> onNode = new ArrayList<>(List.of(failedNow));
    for (Ended e : here.reversed()) {
      if (e.place().equals(place)) {
        if (e.well()) {
          break;
        }
        onNode.add(e.task());
      }
    }
    List<Ended> failed = new ArrayList<>(here.stream().filter(e -> !e.well()).toList());
    failed.add(new Ended(place, failedNow, false, Instant.MAX));
    List<Ended> well = here.stream().filter(Ended::well).toList();
    return new Surroundings(
        distinct(onNode, Task::job),
        distinct(failed, e -> e.task().job()),
        distinct(failed, e -> e.task().input()),
        distinct(failed, e -> e.place().node()),
        (int) well.stream().filter(e -> !e.place().equals(place)).count(),
        well.size());
  }

  private static <T> int distinct(List<T> all, Function<T, String> name) {
    return (int) all.stream().map(name).distinct().count();
  }
}
