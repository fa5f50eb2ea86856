package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.artifacts.ArtifactMismatchException;
import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the files of a finished attempt from its node into the artefact store. */
@Singleton
class ResultCollector {

  private static final Logger LOG = LoggerFactory.getLogger(ResultCollector.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int CORRUPT_TRIES = 3;

  private final NodeClient nodes;
  private final ArtifactStore store;

  ResultCollector(NodeClient nodes, ArtifactStore store) {
    this.nodes = nodes;
    this.store = store;
  }

  /**
   * Fetches every file and checks it against its announced digest. The GPU time is spent already,
   * so a full disk or a broken connection is waited for.
   *
   * @return empty when all are stored, else why not
   */
  Optional<String> collect(
      String address, String attemptId, List<Artifact> files, Duration patience)
      throws InterruptedException {
    for (Artifact file : files) {
      Optional<String> problem = collect(address, attemptId, file, patience);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private Optional<String> collect(
      String address, String attemptId, Artifact file, Duration patience)
      throws InterruptedException {
    int corrupt = 0;
    for (Duration waited = Duration.ZERO; ; waited = waited.plus(PAUSE)) {
      String problem;
      try (InputStream in = nodes.content(address, attemptId, file.variant())) {
        store.write(in, file.sha256(), file.bytes());
        return Optional.empty();
      } catch (ArtifactMismatchException e) {
        corrupt++;
        problem = "%s is not what the node announced: %s".formatted(file.variant(), e.getMessage());
      } catch (IOException | NodeException e) {
        problem = "%s could not be fetched and stored: %s".formatted(file.variant(), e);
      }
      LOG.warn("Attempt {}: {}", attemptId, problem);
      if (corrupt >= CORRUPT_TRIES || waited.compareTo(patience) >= 0) {
        return Optional.of(problem);
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }
}
