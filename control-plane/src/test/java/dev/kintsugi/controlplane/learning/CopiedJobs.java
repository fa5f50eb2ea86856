package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.recovery.Attribution;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs that ended as one that really ran did, each of a prompt of its own. */
final class CopiedJobs {

  private static final String COPY =
      """
      WITH one AS (SELECT j FROM job j WHERE j.id = ?::uuid),
        copy AS (
          INSERT INTO job SELECT (jsonb_populate_record(one.j, jsonb_strip_nulls(jsonb_build_object(
            'id', gen_random_uuid(), 'created_at', now(),
            'service', ?::text, 'tenant', ?::text,
            'parameters', jsonb_set((one.j).parameters, '{prompt}', to_jsonb(p)))))).*
          FROM one, unnest(?) AS p RETURNING id),
        tried AS (
          INSERT INTO attempt SELECT (jsonb_populate_record(a, jsonb_build_object(
            'id', gen_random_uuid(), 'job_id', copy.id))).*
          FROM copy, one JOIN attempt a ON a.job_id = (one.j).id)
      INSERT INTO job_end SELECT (jsonb_populate_record(e, jsonb_strip_nulls(jsonb_build_object(
        'job_id', copy.id, 'ended_at', now(), 'service', ?::text, 'tenant', ?::text)))).*
      FROM copy, one JOIN job_end e ON e.job_id = (one.j).id
      """;

  private final TestServer server;
  private final String good;
  private final String failed;

  private CopiedJobs(TestServer server, String good, String failed) {
    this.server = server;
    this.good = good;
    this.failed = failed;
  }

  /** Runs two jobs, one of each kind, to be copied. */
  static CopiedJobs of(TestServer server) {
    server.submit("{\"prompt\":\"one that went well\"}");
    server.worker().complete(server.worker().claim());
    String good = newest(server);
    server.submit("{\"prompt\":\"another that failed\"}");
    server.worker().fail(server.worker().claim(), Attribution.INPUT);
    return new CopiedJobs(server, good, newest(server));
  }

  static String newest(TestServer server) {
    try (Connection connection = server.database().dataSource().getConnection();
        PreparedStatement newest =
            connection.prepareStatement("SELECT id FROM job ORDER BY created_at DESC LIMIT 1");
        ResultSet row = newest.executeQuery()) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void good(String service, String tenant, List<String> prompts) {
    copy(server, good, service, tenant, prompts);
  }

  void failed(String service, String tenant, List<String> prompts) {
    copy(server, failed, service, tenant, prompts);
  }

  /**
   * @param service null for that of the job
   * @param tenant null for that of the job
   */
  static void copy(
      TestServer server,
      String job,
      @Nullable String service,
      @Nullable String tenant,
      List<String> prompts) {
    try (Connection connection = server.database().dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(COPY)) {
      statement.setString(1, job);
      statement.setString(2, service);
      statement.setString(3, tenant);
      statement.setArray(4, connection.createArrayOf("text", prompts.toArray()));
      statement.setString(5, service);
      statement.setString(6, tenant);
      assertThat(statement.executeUpdate()).isEqualTo(prompts.size());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
