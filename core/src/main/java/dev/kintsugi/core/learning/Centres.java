package dev.kintsugi.core.learning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Centres of topics of one model, laid out so that a direction is compared with all of them at
 * once: a coordinate of every centre lies side by side, which a processor multiplies several at a
 * time. Sums of so few whole numbers are exact in floats, so it says what {@link Direction#cosine}
 * does.
 */
final class Centres {

  private final float[][] columns;
  private final double[] lengths;

  /** Place of each centre that was given: topics of several reaches share one. */
  private final int[] places;

  Centres(List<Direction> centres) {
    Map<Direction, Integer> different = new LinkedHashMap<>();
    places = new int[centres.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = different.computeIfAbsent(centres.get(i), centre -> different.size());
    }
    List<Direction> each = new ArrayList<>(different.keySet());
    columns = new float[each.isEmpty() ? 0 : each.getFirst().steps().length][each.size()];
    lengths = each.stream().mapToDouble(Direction::length).toArray();
    for (int centre = 0; centre < each.size(); centre++) {
      byte[] steps = each.get(centre).steps();
      for (int i = 0; i < steps.length; i++) {
        columns[i][centre] = steps[i];
      }
    }
  }

  /** With each of the centres, in the order they were given. */
  double[] cosines(Direction direction) {
    float[] dots = new float[lengths.length];
    for (int i = 0; i < columns.length; i++) {
      float step = direction.steps()[i];
      float[] column = columns[i];
      for (int centre = 0; centre < dots.length; centre++) {
        dots[centre] += step * column[centre];
      }
    }
    double length = direction.length();
    double[] cosines = new double[places.length];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = dots[places[i]] / (length * lengths[places[i]]);
    }
    return cosines;
  }
}
