import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.Completion;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.Video;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Our side of the queue benchmark: the control plane's own queue on its own embedded PostgreSQL,
 * fsync on. Reads commands from standard input, answers each with one line of JSON:
 *
 * <pre>
 *   throughput WORKERS SECONDS   each worker submits, claims and completes, one job at a time
 *   fill JOBS                    submits until so many wait
 *   claims WORKERS SECONDS       as throughput, at constant depth, timing the claims alone
 *   drain                        empties the queue's tables
 * </pre>
 */
final class QueueBench {

  private static final String SERVICE = "bench/queue";
  private static final Duration LEASE = Duration.ofSeconds(60);

  private final Database database;
  private final JobQueue queue;
  private final AtomicLong serial = new AtomicLong();

  private QueueBench(Database database) {
    this.database = database;
    this.queue = new PostgresJobQueue(database.transactions());
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    try (Database database =
        Database.open(new DatabaseSettings("", "", "", 16), EmbeddedSettings.in(directory))) {
      QueueBench bench = new QueueBench(database);
      var server = database.server();
      answer(
          "{\"url\":\"%s\",\"user\":\"%s\",\"password\":\"%s\",\"version\":\"%s\"}",
          server.url("postgres"), server.username(), server.password(), bench.version());
      Scanner in = new Scanner(System.in);
      while (in.hasNextLine()) {
        String[] command = in.nextLine().trim().split(" ");
        switch (command[0]) {
          case "throughput" -> bench.throughput(number(command, 1), number(command, 2));
          case "fill" -> bench.fill(number(command, 1));
          case "claims" -> bench.claims(number(command, 1), number(command, 2));
          case "drain" -> bench.drain();
          default -> throw new IllegalArgumentException(command[0]);
        }
      }
    }
  }

  private void throughput(int workers, int seconds) throws Exception {
    long[] written = written();
    long start = System.nanoTime();
    long end = start + Duration.ofSeconds(seconds).toNanos();
    List<Long> done = inParallel(workers, worker -> () -> work(worker, end, new ArrayList<>()));
    double elapsed = (System.nanoTime() - start) / 1e9;
    long jobs = done.stream().mapToLong(Long::longValue).sum();
    long[] after = written();
    answer(
        "{\"workers\":%d,\"jobs\":%d,\"seconds\":%.3f,\"jobs_per_s\":%.1f,"
            + "\"wal_syncs_per_job\":%.3f,\"wal_bytes_per_job\":%.0f}",
        workers,
        jobs,
        elapsed,
        jobs / elapsed,
        (after[0] - written[0]) / (double) Math.max(jobs, 1),
        (after[1] - written[1]) / (double) Math.max(jobs, 1));
  }

  private long work(int worker, long end, List<Long> claimNanos) {
    long jobs = 0;
    while (System.nanoTime() - end < 0) {
      submit(worker);
      long before = System.nanoTime();
      Optional<Claim> claim =
          queue.claim(
              new ClaimRequest(
                  SERVICE, "r1", "bench/node-" + worker, false, 1, LEASE, "bench"),
              Instant.now());
      claimNanos.add(System.nanoTime() - before);
      if (claim.isPresent()) {
        complete(claim.get());
        jobs++;
      }
    }
    return jobs;
  }

  private void submit(int tenant) {
    Submission submission = queue.submit(job(tenant), Instant.now());
    if (!(submission instanceof Submission.Accepted)) {
      throw new IllegalStateException("not accepted: " + submission);
    }
  }

  private void complete(Claim claim) {
    Completion completion =
        queue.complete(claim.attemptId(), claim.fence(), result(claim), Instant.now());
    if (!(completion instanceof Completion.Completed)) {
      throw new IllegalStateException("not completed: " + completion);
    }
  }

  private void fill(int jobs) throws Exception {
    long missing = jobs - number("SELECT count(*) FROM waiting");
    AtomicLong left = new AtomicLong(missing);
    inParallel(
        64,
        worker ->
            () -> {
              while (left.getAndDecrement() > 0) {
                submit(worker);
              }
              return 0L;
            });
    answer("{\"waiting\":%d}", number("SELECT count(*) FROM waiting"));
  }

  private void claims(int workers, int seconds) throws Exception {
    long depth = number("SELECT count(*) FROM waiting");
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    List<List<Long>> samples = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      samples.add(new ArrayList<>());
    }
    List<Long> done =
        inParallel(workers, worker -> () -> work(worker, end, samples.get(worker)));
    long made = done.stream().mapToLong(Long::longValue).sum();
    if (made * 100 < samples.stream().mapToLong(List::size).sum() * 99) {
      throw new IllegalStateException("claims came back empty from a full queue");
    }
    long[] sorted =
        samples.stream().flatMap(List::stream).mapToLong(Long::longValue).sorted().toArray();
    answer(
        "{\"workers\":%d,\"depth\":%d,\"depth_after\":%d,\"claims\":%d,\"jobs\":%d,"
            + "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}",
        workers,
        depth,
        number("SELECT count(*) FROM waiting"),
        sorted.length,
        made,
        quantile(sorted, 0.5),
        quantile(sorted, 0.99),
        quantile(sorted, 1));
  }

  private void drain() throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "TRUNCATE job, waiting, lease, attempt, job_event, node, fair_share, fair_clock,"
              + " artifact_use, announcement");
      statement.execute("CHECKPOINT");
    }
    answer("{}");
  }

  /** WAL flushes and bytes so far. */
  private long[] written() throws Exception {
    number("SELECT count(*) FROM pg_stat_force_next_flush()");
    return new long[] {
      number("SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'"),
      number("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    };
  }

  private String version() throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW server_version")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private long number(String sql) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static List<Long> inParallel(
      int workers, java.util.function.IntFunction<Callable<Long>> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Long>> tasks = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        tasks.add(work.apply(worker));
      }
      List<Long> results = new ArrayList<>();
      for (var future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }

  private NewJob job(int tenant) {
    long number = serial.incrementAndGet();
    return new NewJob(
        "tenant-" + tenant,
        SERVICE,
        "wan-tiny",
        Priority.STANDARD,
        new JobParameters(
            "a paper boat on a pond in the rain, number " + number,
            null, 832, 480, 81, 16, 40, 4.0, 3.0, 5.0, (int) number, "5"),
        null,
        null,
        "key-" + number + "-" + System.nanoTime(),
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        42.0,
        1.0,
        Instant.now().plus(Duration.ofHours(1)),
        10_000_000L,
        "0123456789abcdef0123456789abcdef");
  }

  private static Result result(Claim claim) {
    return new Result(
        new Video.Delivered("832x480", 81, 16, 40, "wan-tiny", "1", 7, 1, false, null, null, null),
        Map.of("denoise", 40.0, "decode", 2.0),
        List.of(
            new AttemptStatus.Artifact(
                "video", "video/mp4", 1_234_567, claim.attemptId().substring(8).repeat(2))),
        42.0,
        Duration.ofDays(1),
        null,
        null);
  }

  private static double quantile(long[] sorted, double q) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted[(int) Math.min(sorted.length - 1, Math.ceil(q * sorted.length))] / 1e6;
  }

  private static int number(String[] command, int index) {
    return Integer.parseInt(command[index]);
  }

  private static void answer(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }
}
