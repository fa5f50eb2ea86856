package dev.kintsugi.core.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The published error rates of the gate, computed again from the stored statistics of the study's
 * clips. {@code -Dkintsugi.study.write=true} writes them into the page instead of comparing.
 */
class QualityStudyTest {
  private static final Path DATA = Path.of("../bench/gate/data");
  private static final Path PAGE = Path.of("../docs/quality-gate.md");
  private static final String BEGIN = "<!-- study: written by QualityStudyTest -->\n";
  private static final String END = "<!-- end of study -->";
  private static final double RATE = 0.001;
  private static final double Z = 1.959964;

  private static Population rendered;
  private static Population generated;

  /** How many clips of a kind there are, and what the gate called those that it rejected. */
  private static final class Tally {
    int clips;
    int found;
    final Map<Defect, Integer> called = new EnumMap<>(Defect.class);

    void add(Verdict verdict) {
      clips++;
      if (verdict instanceof Verdict.Rejected rejected) {
        found++;
        called.merge(rejected.defect(), 1, Integer::sum);
      }
    }
  }

  /** One source of clips: limits from some of its good ones, verdicts on the others. */
  private record Population(
      Calibration.Result calibration, Tally good, Map<String, Tally> defective) {

    static Population read(String name) throws IOException {
      List<ClipStatistics> calibration =
          table(name + "-calibration").stream().map(StatisticsTable.Row::clip).toList();
      Calibration.Result result = Calibration.of(calibration, RATE);
      Tally good = new Tally();
      table(name + "-good")
          .forEach(r -> good.add(QualityGate.judge(r.clip(), result.thresholds())));
      Map<String, Tally> defective = new LinkedHashMap<>();
      for (StatisticsTable.Row row : table(name + "-defective")) {
        String defect = row.name().substring(0, row.name().lastIndexOf('/')).replace('_', ' ');
        defective
            .computeIfAbsent(defect, d -> new Tally())
            .add(QualityGate.judge(row.clip(), result.thresholds()));
      }
      return new Population(result, good, defective);
    }
  }

  @BeforeAll
  static void judgeAll() throws IOException {
    rendered = Population.read("rendered");
    generated = Population.read("generated");
  }

  @Test
  void thePublishedTablesAreWhatTheStatisticsGive() throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf(BEGIN) + BEGIN.length();
    int to = page.indexOf(END);
    String tables = tables();
    if (Boolean.getBoolean("kintsugi.study.write")) {
      Files.writeString(PAGE, page.substring(0, from) + tables + page.substring(to));
      return;
    }
    assertThat(page.substring(from, to)).isEqualTo(tables);
  }

  @Test
  void theAimsAreMet() {
    assertThat(rendered.good.clips).isGreaterThanOrEqualTo(2_000);
    int alarms = rendered.good.found + generated.good.found;
    assertThat((double) alarms / (rendered.good.clips + generated.good.clips))
        .as("share of good clips rejected")
        .isLessThanOrEqualTo(RATE);
    for (Population population : List.of(rendered, generated)) {
      for (String plain :
          List.of(
              "black/one frame",
              "black/all frames at 5 % light",
              "constant/one frame",
              "constant/all frames",
              "frozen/last 25 %",
              "frozen/last 50 %",
              "flicker/4 %",
              "flash/25 %",
              "jump/to another clip",
              "noise/8")) {
        Tally tally = population.defective.get(plain);
        assertThat((double) tally.found / tally.clips).as(plain).isGreaterThanOrEqualTo(0.99);
      }
    }
  }

  private static String tables() {
    StringBuilder text = new StringBuilder();
    text.append("| good clips | limits from | judged | rejected | share, 95 % interval |\n")
        .append("|---|---|---|---|---|\n")
        .append(good("rendered", rendered))
        .append(good("generated", generated));
    Tally both = new Tally();
    both.clips = rendered.good.clips + generated.good.clips;
    both.found = rendered.good.found + generated.good.found;
    text.append("| both | | ").append(counts(both)).append(" |\n\n");
    text.append("| defect | strength | rendered | found | generated | found | mostly called |\n")
        .append("|---|---|---|---|---|---|---|\n");
    rendered.defective.forEach(
        (defect, tally) -> {
          Tally other = generated.defective.get(defect);
          String[] parts = defect.split("/", 2);
          text.append(
              "| %s | %s | %d | %s | %d | %s | %s |\n"
                  .formatted(
                      parts[0],
                      parts[1],
                      tally.clips,
                      share(tally),
                      other.clips,
                      share(other),
                      called(tally, other)));
        });
    return text.append('\n').toString();
  }

  private static String good(String name, Population population) {
    return "| %s | %d others | %s |\n"
        .formatted(name, population.calibration.clips(), counts(population.good));
  }

  private static String counts(Tally tally) {
    return tally.clips + " | " + tally.found + " | " + interval(tally, 3);
  }

  private static String share(Tally tally) {
    return interval(tally, 1);
  }

  /** Wilson's interval of a share, in percent. */
  private static String interval(Tally tally, int decimals) {
    double n = tally.clips;
    double p = tally.found / n;
    double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
    String format = "%." + decimals + "f";
    return String.format(
        Locale.ROOT,
        format + " %% (" + format + " to " + format + ")",
        100 * p,
        100 * Math.max(0, middle - half),
        100 * Math.min(1, middle + half));
  }

  private static String called(Tally... tallies) {
    Map<Defect, Integer> sum = new EnumMap<>(Defect.class);
    for (Tally tally : tallies) {
      tally.called.forEach((d, n) -> sum.merge(d, n, Integer::sum));
    }
    return sum.entrySet().stream()
        .max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
        .map(e -> e.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .orElse("–");
  }

  private static List<StatisticsTable.Row> table(String name) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(DATA.resolve(name + ".csv.gz"))),
                StandardCharsets.UTF_8))) {
      return StatisticsTable.parse(lines.lines().toList());
    }
  }
}
