package dev.kintsugi.controlplane.slo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.learning.TestInterceptions;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.JobLedger;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What one more ended job costs the objectives of its service, while their windows hold few jobs
 * and many: counting it for every objective, and judging every objective anew. On the control
 * plane's own PostgreSQL, fsync on.
 */
final class SloBench {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROUNDS = 200;
  private static final int TOGETHER = 100;

  /** Jobs of one statement, so that each ends long before the pool gives it up. */
  private static final int PORTION = 20_000;

  private static final Duration WINDOW = Duration.ofDays(30);

  private final Database database;
  private final ObjectiveStore objectives;
  private final JobCounter counter;
  private final Objectives service;
  private final Instant now = Instant.now();

  private SloBench(Database database) {
    this.database = database;
    var transactions = database.transactions();
    this.objectives = new ObjectiveStore(transactions, JSON);
    SloMetrics metrics = new SloMetrics(new Meters());
    this.counter = new JobCounter(new JobLedger(transactions), objectives, metrics);
    this.service =
        new Objectives(
            counter,
            objectives,
            new CountStore(transactions),
            TestInterceptions.on(transactions),
            new HistoryStore(transactions),
            metrics,
            Clock.systemUTC());
  }

  public static void main(String[] args) throws Exception {
    int many = Integer.parseInt(args[2]);
    ObjectNode result = JSON.createObjectNode();
    result.put(
        "what", "one more ended job, counted for five objectives of 30 days and all of them judged");
    machine(result.putObject("machine"));
    result.putObject("versions").put("java", System.getProperty("java.runtime.version"));
    result.putObject("settings").put("rounds", ROUNDS).put("together", TOGETHER);
    ArrayNode sizes = result.putArray("windows");
    ObjectNode last = JSON.createObjectNode();
    for (int jobs : new int[] {many / 100, many / 10, many}) {
      Path directory = Path.of(args[0]).resolve("jobs-" + jobs);
      try (Database database =
          Database.open(new DatabaseSettings("", "", "", 8), EmbeddedSettings.in(directory))) {
        last = new SloBench(database).measure(jobs);
        sizes.add(last);
      }
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(Path.of(args[1]).toFile(), result);
    System.out.printf(
        Locale.ROOT,
        "RESULT per_job_us=%.0f alone_ms=%.2f memory_mb=%.2f tables_mb=%.1f few_per_job_us=%.0f%n",
        last.path("per_job_us").path("median").asDouble(),
        last.path("alone_ms").path("median").asDouble(),
        last.path("memory_mb").asDouble(),
        last.path("tables_mb").asDouble(),
        sizes.get(0).path("per_job_us").path("median").asDouble());
  }

  private ObjectNode measure(int jobs) throws Exception {
    ObjectNode one = JSON.createObjectNode().put("jobs_in_window", jobs);
    for (int from = 1; from <= jobs; from += PORTION) {
      fill(from, Math.min(jobs, from + PORTION - 1), WINDOW.dividedBy(jobs), true);
    }
    execute("VACUUM ANALYZE job_end");
    long began = System.nanoTime();
    for (String indicator :
        List.of("latency", "errorRate", "renderSuccess", "cost", "latency-tenths")) {
      push(indicator);
    }
    one.put("recount_s", (System.nanoTime() - began) / 1e9);
    execute("VACUUM ANALYZE slo_total, slo_slice, slo_bucket");
    warm();
    double before = heap();
    service.judge();
    one.put("memory_mb", Math.max(0, heap() - before));
    spread(one.putObject("judge_ms"), 1e6, this::judge);
    spread(one.putObject("alone_ms"), 1e6, () -> count(1));
    double[] together = new double[ROUNDS / 4];
    for (int i = 0; i < together.length; i++) {
      together[i] = count(TOGETHER) / 1e3 / TOGETHER;
    }
    spread(one.putObject("per_job_us"), together);
    one.put("tables_mb", number(TABLES) / 1e6);
    return one;
  }

  private static final String TABLES =
      "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(ARRAY['slo_total', 'slo_slice',"
          + " 'slo_bucket', 'cost_hour']) t";

  private void push(String name) {
    boolean tenths = name.endsWith("tenths");
    String indicator = tenths ? "latency" : name;
    Double bound =
        switch (indicator) {
          case "latency" -> tenths ? 30.0 : 60.0;
          case "cost" -> 0.08;
          default -> null;
        };
    var unused =
        objectives.put(
            "bench",
            name.toLowerCase(Locale.ROOT),
            new ServiceObjective(
                name, 1, "wan", indicator, null, bound, null, null, 0.99, WINDOW.toSeconds()),
            now);
  }

  /** Jobs of 10 tenants, 2 revisions and 2 pools, of 20 to 80 seconds, one in 200 failed. */
  private void fill(int from, int to, Duration apart, boolean counted) throws Exception {
    execute(
        """
        INSERT INTO job_end (job_id, service, tenant, revision, pool, outcome, degraded, pixels,
          created_at, ended_at, gpu_seconds, delivered_seconds, cost_usd, delivered_usd, counted)
        SELECT gen_random_uuid(), 'bench/wan', 'tenant-' || n %% 10, 'r' || n %% 2, 'p' || n %% 2,
          CASE WHEN n %% 200 = 7 THEN 'failed' ELSE 'answered' END, n %% 50 = 9, 74649600,
          at - (20 + 60 * random()) * interval '1 second', at, 50, 50, 0.03, 0.03, %b
        FROM (SELECT n, now() - n * interval '1 second' * %s AS at
              FROM generate_series(%d, %d) n) g
        """
            .formatted(counted, apart.toNanos() / 1e9, from, to));
  }

  private void warm() throws Exception {
    for (int i = 0; i < 50; i++) {
      var unused = count(10);
      judge();
    }
  }

  /** Nanoseconds that so many new jobs take to be counted and judged. */
  private double count(int jobs) throws Exception {
    fill(1, jobs, Duration.ofSeconds(10).dividedBy(jobs), false);
    long began = System.nanoTime();
    if (counter.count() != jobs) {
      throw new IllegalStateException("jobs were lost");
    }
    service.judge();
    return System.nanoTime() - began;
  }

  private double judge() {
    long began = System.nanoTime();
    service.judge();
    return System.nanoTime() - began;
  }

  private interface Timed {
    double nanos() throws Exception;
  }

  private static void spread(ObjectNode into, double unit, Timed timed) throws Exception {
    double[] samples = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      samples[i] = timed.nanos() / unit;
    }
    spread(into, samples);
  }

  private static void spread(ObjectNode into, double[] samples) {
    double[] sorted = Arrays.stream(samples).sorted().toArray();
    into.put("median", sorted[sorted.length / 2]);
    into.put("min", sorted[0]);
    into.put("max", sorted[sorted.length - 1]);
    ArrayNode all = into.putArray("samples");
    Arrays.stream(samples).forEach(all::add);
  }

  private static double heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
  }

  private void execute(String sql) throws Exception {
    try (Connection c = database.dataSource().getConnection();
        Statement statement = c.createStatement()) {
      statement.execute(sql);
    }
  }

  private double number(String sql) throws Exception {
    try (Connection c = database.dataSource().getConnection();
        Statement statement = c.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getDouble(1);
    }
  }

  private static void machine(ObjectNode machine) throws Exception {
    machine.put(
        "cpu",
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown"));
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("kernel", System.getProperty("os.version"));
    machine.put(
        "load_average_at_begin",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
