package dev.kintsugi.node.attempts;

import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.warmup.Prerequisite;
import io.micronaut.context.annotation.Value;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The work directory, opened before the model is loaded: a node that cannot keep frames must not
 * become ready.
 */
@Singleton
public final class WorkDirectoryHolder implements Prerequisite {
  private final Path path;
  private volatile @Nullable WorkDirectory directory;

  WorkDirectoryHolder(NodeSettings settings, @Value("${micronaut.server.port}") int port) {
    path =
        settings.workDir().isEmpty()
            ? Path.of(System.getProperty("java.io.tmpdir"), "kintsugi-node-" + port)
            : Path.of(settings.workDir());
  }

  @Override
  public void establish() throws MediaException {
    if (directory == null) {
      directory = WorkDirectory.open(path);
    }
  }

  public Optional<WorkDirectory> get() {
    return Optional.ofNullable(directory);
  }

  public WorkDirectory require() throws MediaException {
    return get().orElseThrow(() -> new MediaException("the work directory is not open"));
  }

  @PreDestroy
  void close() {
    WorkDirectory open = directory;
    if (open != null) {
      open.close();
    }
  }
}
