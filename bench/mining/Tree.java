import dev.kintsugi.core.learning.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import smile.classification.DecisionTree;
import smile.data.DataFrame;
import smile.data.formula.Formula;

/** A decision tree (CART of Smile 4.3.0, its defaults) over the features that at least five failures have. */
final class Tree {
  private static final int SUPPORT = 5;
  private static final int MOST = 500;

  private final List<String> columns;
  private final DecisionTree tree;

  private Tree(List<String> columns, DecisionTree tree) {
    this.columns = columns;
    this.tree = tree;
  }

  static Tree learn(List<Sample> samples) {
    Map<String, Integer> counts = new HashMap<>();
    samples.stream()
        .filter(Sample::failed)
        .forEach(sample -> sample.features().forEach(f -> counts.merge(f, 1, Integer::sum)));
    List<String> columns =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= SUPPORT)
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST)
            .map(Map.Entry::getKey)
            .toList();
    return new Tree(columns, DecisionTree.fit(Formula.lhs("failed"), frame(samples, columns)));
  }

  /** Which of the samples it would stop. */
  boolean[] stops(List<Sample> samples) {
    int[] told = tree.predict(frame(samples, columns));
    boolean[] stops = new boolean[told.length];
    for (int i = 0; i < told.length; i++) {
      stops[i] = told[i] == 1;
    }
    return stops;
  }

  int leaves() {
    return (int) tree.toString().lines().filter(line -> line.trim().endsWith("*")).count();
  }

  private static DataFrame frame(List<Sample> samples, List<String> columns) {
    int[][] data = new int[samples.size()][];
    for (int i = 0; i < data.length; i++) {
      data[i] = row(samples.get(i).features(), columns, samples.get(i).failed() ? 1 : 0);
    }
    String[] names = new String[columns.size() + 1];
    for (int i = 0; i < columns.size(); i++) {
      names[i] = "f" + i;
    }
    names[columns.size()] = "failed";
    return DataFrame.of(data, names);
  }

  private static int[] row(Set<String> features, List<String> columns, int label) {
    int[] row = new int[columns.size() + 1];
    for (int i = 0; i < columns.size(); i++) {
      row[i] = features.contains(columns.get(i)) ? 1 : 0;
    }
    row[columns.size()] = label;
    return row;
  }
}
