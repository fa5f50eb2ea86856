package dev.kintsugi.core.quality;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Statistics of many clips as comma-separated text: a name, then one column for each statistic. */
public final class StatisticsTable {
  private static final String NAME = "clip";

  private StatisticsTable() {}

  /** One clip of the table. */
  public record Row(String name, ClipStatistics clip) {}

  public static String header() {
    return NAME
        + ","
        + Arrays.stream(Statistic.values())
            .map(Statistic::wireName)
            .collect(Collectors.joining(","));
  }

  /** One line; a statistic that the clip lacks stays empty. */
  public static String line(String name, ClipStatistics clip) {
    return name
        + Arrays.stream(Statistic.values())
            .map(s -> "," + clip.value(s).map(StatisticsTable::text).orElse(""))
            .collect(Collectors.joining());
  }

  /**
   * Reads a table.
   *
   * @param lines the header first
   * @throws IllegalArgumentException naming the line that is not as it must be
   */
  public static List<Row> parse(List<String> lines) {
    if (lines.isEmpty() || !lines.getFirst().equals(header())) {
      throw new IllegalArgumentException("line 1 must be " + header());
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      rows.add(row(lines.get(i), i + 1));
    }
    return rows;
  }

  private static Row row(String line, int number) {
    String[] cells = line.split(",", -1);
    Statistic[] statistics = Statistic.values();
    if (cells.length != statistics.length + 1) {
      throw new IllegalArgumentException(
          "line %d has %d cells, not %d".formatted(number, cells.length, statistics.length + 1));
    }
    EnumMap<Statistic, Double> values = new EnumMap<>(Statistic.class);
    for (int i = 0; i < statistics.length; i++) {
      if (!cells[i + 1].isEmpty()) {
        values.put(statistics[i], number(cells[i + 1], number));
      }
    }
    return new Row(cells[0], new ClipStatistics(values));
  }

  private static double number(String cell, int line) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("line " + line + ": not a number: " + cell, e);
    }
  }

  private static String text(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.endsWith(".000") ? text.substring(0, text.length() - 4) : text;
  }
}
