package dev.kintsugi.controlplane.queue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Until it is closed, every log line of this thread says which job it is about: {@code trace_id},
 * {@code job}, {@code tenant}, {@code service}, and of an attempt {@code attempt} and {@code
 * revision}. Threads that are started meanwhile do not; they open one of their own.
 */
public final class JobLog implements AutoCloseable {

  private final @Nullable Map<String, String> before = MDC.getCopyOfContextMap();

  private JobLog(Map<String, String> fields) {
    fields.forEach(MDC::put);
  }

  public static JobLog of(Job job) {
    return new JobLog(fields(job));
  }

  /** Of a job that may be gone: then it adds nothing. */
  public static JobLog of(Optional<Job> job) {
    return new JobLog(job.map(JobLog::fields).orElseGet(Map::of));
  }

  public static JobLog of(Job job, Attempt attempt) {
    Map<String, String> fields = fields(job);
    fields.putAll(fields(attempt));
    return new JobLog(fields);
  }

  /** Of an attempt whose job was not read. */
  public static JobLog of(ExpiredLease lease) {
    Map<String, String> fields = fields(lease.attempt());
    fields.put("service", lease.service());
    return new JobLog(fields);
  }

  private static Map<String, String> fields(Job job) {
    return new HashMap<>(
        Map.of(
            "trace_id", job.traceId(),
            "job", job.id(),
            "tenant", job.tenant(),
            "service", job.service()));
  }

  private static Map<String, String> fields(Attempt attempt) {
    return new HashMap<>(
        Map.of(
            "job", attempt.jobId(),
            "attempt", attempt.id(),
            "revision", attempt.revision()));
  }

  @Override
  public void close() {
    if (before == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(before);
    }
  }
}
