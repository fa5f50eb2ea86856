package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.database.Sql.instant;
import static dev.kintsugi.controlplane.database.Sql.instantOrNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of the queue's tables as records. */
final class Rows {

  /** Columns of a job, to be prefixed with the alias {@code j}. */
  static final String JOB =
      """
      j.id, j.tenant, j.service, j.model, j.priority, j.status, j.progress, j.parameters, \
      j.end_user, j.webhook_url, j.idempotency_key, j.request_hash, j.cost, j.created_at, \
      j.started_at, j.completed_at, j.expires_at, j.deadline, j.error_code, j.error_message, \
      j.result, j.attempts, j.sequence, j.trace_id, j.plan AS job_plan, j.gpu_seconds, j.cost_usd, \
      j.screening, j.decide_by, j.queued_at""";

  private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());

  private Rows() {}

  static Job job(ResultSet row) throws SQLException {
    String errorCode = row.getString("error_code");
    String result = row.getString("result");
    String screening = row.getString("screening");
    return new Job(
        Ids.job(uuid(row, "id")),
        row.getString("tenant"),
        row.getString("service"),
        row.getString("model"),
        priority(row.getInt("priority")),
        VideoStatus.fromWire(row.getString("status")),
        row.getInt("progress"),
        read(row.getString("parameters"), JobParameters.class),
        row.getString("end_user"),
        row.getString("webhook_url"),
        row.getString("idempotency_key"),
        row.getString("request_hash"),
        row.getDouble("cost"),
        instant(row, "created_at"),
        instantOrNull(row, "started_at"),
        instantOrNull(row, "completed_at"),
        instantOrNull(row, "expires_at"),
        instant(row, "deadline"),
        errorCode == null ? null : new Job.JobError(errorCode, row.getString("error_message")),
        result == null ? null : read(result, Result.class),
        row.getInt("attempts"),
        row.getLong("sequence"),
        row.getString("trace_id"),
        plan(row, "job_plan"),
        row.getDouble("gpu_seconds"),
        row.getObject("cost_usd", Double.class),
        screening == null ? null : read(screening, PromptScreening.class),
        instantOrNull(row, "decide_by"),
        instantOrNull(row, "queued_at"));
  }

  /** A live attempt. */
  static Attempt lease(ResultSet row) throws SQLException {
    return new Attempt(
        Ids.attempt(uuid(row, "attempt_id")),
        Ids.job(uuid(row, "job_id")),
        row.getInt("number"),
        row.getString("node_id"),
        row.getString("revision"),
        row.getString("replica"),
        row.getLong("fence"),
        instant(row, "started_at"),
        instant(row, "expires_at"),
        null,
        null,
        null,
        plan(row, "plan"),
        row.getString("expert"),
        row.getInt("step"),
        null);
  }

  /** A live attempt beside its job's columns. */
  static Attempt adopted(ResultSet row, String jobId, long fence, Instant until)
      throws SQLException {
    return new Attempt(
        Ids.attempt(uuid(row, "attempt_id")),
        jobId,
        row.getInt("number"),
        row.getString("node_id"),
        row.getString("revision"),
        row.getString("replica"),
        fence,
        instant(row, "attempt_started_at"),
        until,
        null,
        null,
        null,
        plan(row, "attempt_plan"),
        row.getString("expert"),
        row.getInt("step"),
        null);
  }

  /** An ended attempt. */
  static Attempt attempt(ResultSet row) throws SQLException {
    return new Attempt(
        Ids.attempt(uuid(row, "id")),
        Ids.job(uuid(row, "job_id")),
        row.getInt("number"),
        row.getString("node_id"),
        row.getString("revision"),
        row.getString("replica"),
        row.getLong("fence"),
        instant(row, "started_at"),
        null,
        instant(row, "ended_at"),
        row.getString("outcome"),
        row.getString("message"),
        plan(row, "plan"),
        row.getString("expert"),
        row.getInt("step"),
        row.getString("attribution"));
  }

  static JobEvent event(ResultSet row) throws SQLException {
    String phase = row.getString("phase");
    Progress progress =
        phase == null
            ? null
            : new Progress(
                AttemptPhase.valueOf(phase),
                row.getString("expert"),
                row.getInt("step"),
                row.getInt("steps"),
                row.getInt("percent"));
    return new JobEvent(
        row.getLong("sequence"),
        instant(row, "at"),
        VideoStatus.fromWire(row.getString("status")),
        progress,
        row.getInt("attempt"),
        row.getString("detail"));
  }

  static SavedCheckpoint checkpoint(ResultSet row) throws SQLException {
    return new SavedCheckpoint(
        row.getInt("step"),
        row.getLong("bytes"),
        row.getString("sha256"),
        row.getString("digest"),
        plan(row, "run"));
  }

  private static @Nullable Plan plan(ResultSet row, String column) throws SQLException {
    String json = row.getString(column);
    return json == null ? null : read(json, Plan.class);
  }

  static Priority priority(int rank) {
    return Priority.values()[rank];
  }

  static UUID uuid(ResultSet row, String column) throws SQLException {
    return row.getObject(column, UUID.class);
  }

  static @Nullable String writeOrNull(@Nullable Object value) {
    return value == null ? null : write(value);
  }

  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot store " + value.getClass().getSimpleName(), e);
    }
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot read a stored " + type.getSimpleName(), e);
    }
  }
}
