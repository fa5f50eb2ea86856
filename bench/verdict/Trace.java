import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** The canary's jobs of one rollout; after {@link #sort} in the order in which they were known. */
final class Trace {
  double[] start;
  double[] end;

  /** When the outcome is certain: at the end, or at the deadline of a late job. */
  double[] known;

  boolean[] bad;

  /** Failed by its node, whatever it would have been. */
  boolean[] fault;

  int jobs;

  Trace(int room) {
    start = new double[room];
    end = new double[room];
    known = new double[room];
    bad = new boolean[room];
    fault = new boolean[room];
  }

  void add(double start, double end, double known, boolean bad, boolean fault) {
    this.start[jobs] = start;
    this.end[jobs] = end;
    this.known[jobs] = known;
    this.bad[jobs] = bad;
    this.fault[jobs] = fault;
    jobs++;
  }

  void sort() {
    Integer[] order = new Integer[jobs];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(known[a], known[b]));
    start = picked(start, order);
    end = picked(end, order);
    known = picked(known, order);
    bad = picked(bad, order);
    fault = picked(fault, order);
  }

  /** The same jobs with other instants at which their outcomes are known. */
  Trace told(IntToDoubleFunction when) {
    Trace copy = new Trace(jobs);
    for (int i = 0; i < jobs; i++) {
      copy.add(start[i], end[i], when.applyAsDouble(i), bad[i], fault[i]);
    }
    copy.sort();
    return copy;
  }

  private static double[] picked(double[] values, Integer[] order) {
    double[] result = new double[order.length];
    Arrays.setAll(result, i -> values[order[i]]);
    return result;
  }

  private static boolean[] picked(boolean[] values, Integer[] order) {
    boolean[] result = new boolean[order.length];
    for (int i = 0; i < order.length; i++) {
      result[i] = values[order[i]];
    }
    return result;
  }
}
