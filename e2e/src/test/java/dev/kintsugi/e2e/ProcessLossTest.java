package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.e2e.Product.ControlPlaneProcess;
import dev.kintsugi.e2e.Product.NodeProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever process dies, every accepted job completes, once. Before the cluster takes its memory.
 */
@Order(1)
class ProcessLossTest {

  @TempDir Path dir;

  @Test
  void nodeKilledInMidDenoiseCostsAnAttemptNotTheJob() {
    try (Product product = new Product(dir)) {
      NodeProcess node = product.startNode();
      Api api = product.startControlPlane("", dir.resolve("artifacts")).api();
      product.awaitReady();
      String id = api.submit(Jobs.slow(1));
      Jobs.awaitDenoising(api, id);

      node.program().kill();
      node.program().restart();

      Jobs.awaitCompleted(api, List.of(id));
      assertThat(Jobs.attempts(api, id)).isEqualTo(2);
      assertThat(api.video(id).path("delivered").path("reason").asText()).contains("NODE_LOST");
    }
  }

  @Test
  void controlPlaneKilledWithTwoRunningAndTwentyQueued() {
    try (Product product = new Product(dir)) {
      product.startNode();
      product.startNode();
      ControlPlaneProcess controlPlane = product.startControlPlane("", dir.resolve("artifacts"));
      product.awaitReady();
      Api api = controlPlane.api();
      List<String> ids = Jobs.submit(api, twoSlowAndTwentySmall());
      Jobs.awaitRunning(api, ids, 2);

      controlPlane.program().kill();
      controlPlane.program().restart();
      product.awaitReady();

      Jobs.awaitCompleted(api, ids);
    }
  }

  @Test
  void postgresKilledWithTwoRunningAndTwentyQueued() throws IOException {
    try (Product product = new Product(dir)) {
      product.startNode();
      product.startNode();
      ControlPlaneProcess controlPlane = product.startControlPlane("", dir.resolve("artifacts"));
      product.awaitReady();
      Api api = controlPlane.api();
      List<String> ids = Jobs.submit(api, twoSlowAndTwentySmall());
      Jobs.awaitRunning(api, ids, 2);

      long postmaster = postmaster(controlPlane.dataDir());
      ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();

      await("PostgreSQL is back under a new process")
          .atMost(Duration.ofMinutes(4))
          .ignoreExceptions()
          .until(() -> postmaster(controlPlane.dataDir()) != postmaster);
      Jobs.awaitCompleted(api, ids);
      assertThat(controlPlane.program().alive()).isTrue();
    }
  }

  @Test
  void oneOfTwoReplicasKilled() throws IOException, SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        Product product = new Product(dir)) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      product.startNode();
      product.startNode();
      ControlPlaneProcess first = product.startControlPlane(url, dir.resolve("artifacts"));
      ControlPlaneProcess second = product.startControlPlane(url, dir.resolve("artifacts"));
      product.awaitReady();
      List<String> ids = Jobs.submit(first.api(), twoSlowAndTwentySmall());
      Jobs.awaitRunning(first.api(), ids, 2);

      first.program().kill();
      Jobs.awaitCompleted(second.api(), ids);

      assertThat(completedAttemptsPerJob(url)).hasSize(22).allMatch(count -> count == 1);
      product.close();
    }
  }

  private static List<Map<String, Object>> twoSlowAndTwentySmall() {
    List<Map<String, Object>> requests = new ArrayList<>();
    requests.add(Jobs.slow(1));
    requests.add(Jobs.slow(2));
    for (int i = 3; i <= 22; i++) {
      requests.add(Jobs.small(i));
    }
    return requests;
  }

  private static long postmaster(Path dataDir) throws IOException {
    try (var files = Files.walk(dataDir)) {
      Path pidFile =
          files
              .filter(file -> file.endsWith("postmaster.pid"))
              .findFirst()
              .orElseThrow(() -> new IOException("no postmaster.pid below " + dataDir));
      return Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
    }
  }

  private static List<Integer> completedAttemptsPerJob(String url) throws SQLException {
    List<Integer> counts = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from attempt where outcome = 'COMPLETED' group by job_id")) {
      while (rows.next()) {
        counts.add(rows.getInt(1));
      }
    }
    return counts;
  }
}
