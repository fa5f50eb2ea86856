package dev.kintsugi.core.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Groups of points, from a few large ones down to many small ones. Again and again the most
 * scattered group is cut in two across the direction in which it is widest (Boley, "Principal
 * direction divisive partitioning", 1998), and the cut is moved to where both parts are nearest to
 * their centres (spherical k-means; bisecting is as good as k-means at every number of groups,
 * Steinbach, Karypis and Kumar, "A comparison of document clustering techniques", 2000). Nothing in
 * it is drawn by chance.
 */
final class Bisection {

  private static final int TURNS = 8;
  private static final double NOTHING = 1e-4;

  private final float[][] points;
  private final int least;

  /**
   * @param members places of points, ascending
   * @param sum of them
   */
  record Group(int[] members, float[] sum) {

    /** What its points are apart from its centre: the sum of one less each one's cosine. */
    double scatter() {
      return members.length - length(sum);
    }

    float[] centre() {
      return scaled(sum, 1 / length(sum));
    }
  }

  private Bisection(float[][] points, int least) {
    this.points = points;
    this.least = least;
  }

  /**
   * @param points of length one
   * @param most parts that are there at the end; the larger groups that they came from count too
   * @param least members of a group
   */
  static List<Group> groups(float[][] points, int most, int least) {
    Bisection bisection = new Bisection(points, least);
    return bisection.groups(most);
  }

  private List<Group> groups(int most) {
    List<Group> found = new ArrayList<>();
    PriorityQueue<Group> open =
        new PriorityQueue<>(
            Comparator.comparingDouble((Group group) -> -group.scatter())
                .thenComparingInt(group -> group.members()[0]));
    open.add(group(IntStream.range(0, points.length).toArray()));
    int parts = 1;
    while (parts < most && !open.isEmpty()) {
      List<Group> sides = split(open.poll());
      // What lies apart from all else is too little for a group, and leaves the rest as it was.
      if (sides.size() == 2) {
        found.addAll(sides);
        parts++;
      }
      open.addAll(sides);
    }
    return found;
  }

  /** Those of its two parts that are large enough. */
  private List<Group> split(Group group) {
    if (group.members().length < 2 * least) {
      return List.of();
    }
    return widest(group)
        .map(
            axis -> {
              double middle = dot(group.sum(), axis) / group.members().length;
              boolean[] first = new boolean[group.members().length];
              for (int i = 0; i < first.length; i++) {
                first[i] = dot(points[group.members()[i]], axis) > middle;
              }
              return refined(group, first).stream()
                  .filter(side -> side.members().length >= least)
                  .toList();
            })
        .orElse(List.of());
  }

  /** The first principal component, by power iteration; empty where all points are one. */
  private Optional<float[]> widest(Group group) {
    float[] axis = farthest(group);
    if (length(axis) < NOTHING) {
      return Optional.empty();
    }
    for (int turn = 0; turn < TURNS; turn++) {
      axis = scaled(axis, 1 / length(axis));
      double middle = dot(group.sum(), axis) / group.members().length;
      float[] next = new float[axis.length];
      for (int member : group.members()) {
        add(next, points[member], dot(points[member], axis) - middle);
      }
      axis = next;
    }
    return Optional.of(axis);
  }

  /** From the mean to the point that is farthest from it. */
  private float[] farthest(Group group) {
    int far = group.members()[0];
    for (int member : group.members()) {
      if (dot(points[member], group.sum()) < dot(points[far], group.sum())) {
        far = member;
      }
    }
    float[] from = points[far].clone();
    add(from, group.sum(), -1.0 / group.members().length);
    return from;
  }

  private List<Group> refined(Group group, boolean[] first) {
    List<Group> sides = sides(group, first);
    for (int turn = 0; turn < TURNS && sides.size() == 2; turn++) {
      float[] one = sides.getFirst().centre();
      float[] other = sides.getLast().centre();
      boolean moved = false;
      for (int i = 0; i < first.length; i++) {
        float[] point = points[group.members()[i]];
        boolean nearer = dot(point, one) > dot(point, other);
        moved |= nearer != first[i];
        first[i] = nearer;
      }
      if (!moved) {
        break;
      }
      sides = sides(group, first);
    }
    return sides;
  }

  /** Those that are not empty. */
  private List<Group> sides(Group group, boolean[] first) {
    int[] members = group.members();
    List<Group> sides = new ArrayList<>();
    for (boolean side : new boolean[] {true, false}) {
      int[] those =
          IntStream.range(0, members.length)
              .filter(i -> first[i] == side)
              .map(i -> members[i])
              .toArray();
      if (those.length > 0) {
        sides.add(group(those));
      }
    }
    return sides;
  }

  private Group group(int[] members) {
    float[] sum = new float[points[0].length];
    Arrays.stream(members).forEach(member -> add(sum, points[member], 1));
    return new Group(members, sum);
  }

  private static void add(float[] to, float[] more, double times) {
    float scale = (float) times;
    for (int i = 0; i < to.length; i++) {
      to[i] += scale * more[i];
    }
  }

  private static float[] scaled(float[] of, double times) {
    float[] scaled = new float[of.length];
    add(scaled, of, times);
    return scaled;
  }

  private static double length(float[] of) {
    return Math.sqrt(dot(of, of));
  }

  /** Four sums that do not wait for each other. */
  private static double dot(float[] one, float[] other) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int whole = one.length - one.length % 4;
    for (int i = 0; i < whole; i += 4) {
      a += one[i] * other[i];
      b += one[i + 1] * other[i + 1];
      c += one[i + 2] * other[i + 2];
      d += one[i + 3] * other[i + 3];
    }
    for (int i = whole; i < one.length; i++) {
      a += one[i] * other[i];
    }
    return (double) a + b + c + d;
  }
}
