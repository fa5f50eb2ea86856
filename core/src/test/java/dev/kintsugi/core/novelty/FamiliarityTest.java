package dev.kintsugi.core.novelty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.novelty.Familiarity.Point;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FamiliarityTest {

  private static final NoveltyPolicy POLICY = NoveltyPolicy.DEFAULT;
  private static final int DIMENSIONS = 24;
  private static final int PROMPTS = 5_000;

  /** Points whose coordinates go together, each less spread than the one before. */
  private static float[] point(Random random) {
    float[] point = new float[DIMENSIONS];
    double before = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      before = 0.6 * before + random.nextGaussian() / (1 + i);
      point[i] = (float) (before + i);
    }
    return point;
  }

  private static Familiarity taught(Random random, int points) {
    Familiarity familiarity = Familiarity.none(DIMENSIONS);
    for (int i = 0; i < points; i++) {
      familiarity = familiarity.with(new Point(random.nextLong(), point(random)), POLICY);
    }
    return familiarity;
  }

  private static double strange(Outlook outlook, Random random, float shift, int points) {
    int strange = 0;
    for (int i = 0; i < points; i++) {
      float[] point = point(random);
      point[DIMENSIONS - 1] += shift;
      strange += outlook.of(point) instanceof Novelty.Strange ? 1 : 0;
    }
    return (double) strange / points;
  }

  @Test
  void theStatedShareOfGoodPromptsPassesHoweverMuchWasSeen() {
    for (int seen : new int[] {POLICY.least(), 1_000, 4_000}) {
      double all = 0;
      int worlds = 10;
      for (int world = 0; world < worlds; world++) {
        Random random = new Random(world);
        Outlook outlook = taught(random, seen).outlook(POLICY);
        all += strange(outlook, random, 0, PROMPTS);
      }
      // The limit is itself drawn from as few as 199 points: its own spread is 0.5 % / sqrt(10).
      assertThat(all / worlds).as("after %d", seen).isLessThan(0.005 + 3 * 0.0016);
    }
  }

  @Test
  void whatIsFarOffIsSeenAlsoWhereOnlyOneDirectionTells() {
    Random random = new Random(1);
    Outlook outlook = taught(random, 2_000).outlook(POLICY);
    assertThat(strange(outlook, random, 1, PROMPTS)).isGreaterThan(0.99);
    assertThat(strange(outlook, random, 0.02f, PROMPTS)).isLessThan(0.03);
  }

  @Test
  void beforeEnoughWentWellNothingIsSaid() {
    Random random = new Random(2);
    assertThat(POLICY.least()).isEqualTo(399);
    Familiarity familiarity = taught(random, POLICY.least() - 1);
    float[] far = new float[DIMENSIONS];
    far[3] = 1e6f;
    assertThat(familiarity.outlook(POLICY).of(far)).isEqualTo(new Novelty.NotEnoughYet(398, 399));
    Familiarity enough = familiarity.with(new Point(random.nextLong(), point(random)), POLICY);
    assertThat(enough.outlook(POLICY).of(far)).isInstanceOf(Novelty.Strange.class);
    assertThat(new NoveltyPolicy(0.999).least()).isEqualTo(200 + 999);
    assertThatThrownBy(() -> new NoveltyPolicy(1)).hasMessageContaining("0.9 to 0.999");
  }

  @Test
  void theSamePromptAgainIsNoFurtherEvidence() {
    Familiarity familiarity = taught(new Random(3), 50);
    Point point = new Point(42, point(new Random(4)));
    Familiarity once = familiarity.with(point, POLICY);
    assertThat(once.moments().seen()).isEqualTo(51);
    assertThat(once.with(point, POLICY)).isSameAs(once);
    assertThat(taught(new Random(5), 3_000).moments().seen())
        .as("nearly all of the new ones are known to be new")
        .isGreaterThan(2_990);
  }

  @Test
  void promptsThatDoNotDifferTeachNothing() {
    Familiarity familiarity = Familiarity.none(2);
    for (int i = 0; i < 1_000; i++) {
      familiarity = familiarity.with(new Point(i * 0x9E3779B97F4A7C15L, new float[2]), POLICY);
    }
    assertThat(familiarity.outlook(POLICY)).isInstanceOf(Outlook.Unknown.class);
  }

  @Test
  void theLimitMovesWithTheCustomers() {
    Random random = new Random(6);
    Familiarity familiarity = taught(random, 1_000);
    assertThat(strange(familiarity.outlook(POLICY), random, 1, 500)).isGreaterThan(0.9);
    for (int i = 0; i < 4_000; i++) {
      float[] moved = point(random);
      moved[DIMENSIONS - 1] += 1;
      familiarity = familiarity.with(new Point(random.nextLong(), moved), POLICY);
    }
    assertThat(strange(familiarity.outlook(POLICY), random, 1, PROMPTS)).isLessThan(0.02);
  }

  @Test
  void momentsAreThoseOfAllPoints() {
    Random random = new Random(7);
    float[][] points = new float[40][];
    Moments moments = Moments.none(DIMENSIONS);
    for (int i = 0; i < points.length; i++) {
      points[i] = point(random);
      moments = moments.with(points[i], POLICY.mostWeight());
    }
    double[][] covariance = covariance(points);
    int at = 0;
    for (int column = 0; column < DIMENSIONS; column++) {
      for (int row = column; row < DIMENSIONS; row++, at++) {
        assertThat(moments.scatter()[at] / 40.0).isCloseTo(covariance[column][row], within(1e-4));
      }
    }
    assertThatThrownBy(() -> Moments.none(3).with(new float[2], 10))
        .hasMessageContaining("3 coordinates, not 2");
  }

  @Test
  void distancesAreThoseOfTheShrunkCovariance() {
    Random random = new Random(8);
    float[][] points = new float[60][];
    Moments moments = Moments.none(DIMENSIONS);
    for (int i = 0; i < points.length; i++) {
      points[i] = point(random);
      moments = moments.with(points[i], POLICY.mostWeight());
    }
    double[][] covariance = covariance(points);
    double trace = 0;
    double squares = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      trace += covariance[i][i];
      for (int j = 0; j < DIMENSIONS; j++) {
        squares += covariance[i][j] * covariance[i][j];
      }
    }
    double p = DIMENSIONS;
    double share =
        ((1 - 2 / p) * squares + trace * trace)
            / ((60 + 1 - 2 / p) * (squares - trace * trace / p));
    for (int i = 0; i < DIMENSIONS; i++) {
      for (int j = 0; j < DIMENSIONS; j++) {
        covariance[i][j] = (1 - share) * covariance[i][j] + (i == j ? share * trace / p : 0);
      }
    }
    float[] asked = point(random);
    double[] off = new double[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      off[i] = asked[i] - moments.mean()[i];
    }
    double expected = 0;
    double[] solved = solve(covariance, off);
    for (int i = 0; i < DIMENSIONS; i++) {
      expected += off[i] * solved[i];
    }
    assertThat(Ellipsoid.of(moments).orElseThrow().distance(asked))
        .isCloseTo(Math.sqrt(expected), within(1e-2));
  }

  private static double[][] covariance(float[][] points) {
    double[] mean = new double[DIMENSIONS];
    for (float[] point : points) {
      for (int i = 0; i < DIMENSIONS; i++) {
        mean[i] += point[i] / (double) points.length;
      }
    }
    double[][] covariance = new double[DIMENSIONS][DIMENSIONS];
    for (float[] point : points) {
      for (int i = 0; i < DIMENSIONS; i++) {
        for (int j = 0; j < DIMENSIONS; j++) {
          covariance[i][j] += (point[i] - mean[i]) * (point[j] - mean[j]) / points.length;
        }
      }
    }
    return covariance;
  }

  /** Gauss and Jordan's elimination. */
  private static double[] solve(double[][] matrix, double[] right) {
    double[] x = right.clone();
    for (int pivot = 0; pivot < x.length; pivot++) {
      for (int row = 0; row < x.length; row++) {
        double scale = row == pivot ? 0 : matrix[row][pivot] / matrix[pivot][pivot];
        for (int column = pivot; scale != 0 && column < x.length; column++) {
          matrix[row][column] -= scale * matrix[pivot][column];
        }
        x[row] -= scale * x[pivot];
      }
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= matrix[i][i];
    }
    return x;
  }
}
