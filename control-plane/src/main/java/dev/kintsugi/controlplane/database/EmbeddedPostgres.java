package dev.kintsugi.controlplane.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of this process's own. It listens on a random loopback port, is started again when
 * it dies, and is stopped with this process. One that outlived a killed control plane is stopped
 * before a new one starts on the same directory.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration RESTART_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final PostgresPrograms programs;
  private final EmbeddedSettings settings;
  private final FileChannel lockFile;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ReentrantLock starting = new ReentrantLock();
  private final Thread supervisor;
  private volatile int port;
  private volatile Process server;

  private EmbeddedPostgres(
      PostgresPrograms programs, EmbeddedSettings settings, FileChannel lockFile)
      throws InterruptedException {
    this.programs = programs;
    this.settings = settings;
    this.lockFile = lockFile;
    this.port = freePort();
    this.server = programs.start(port, settings);
    this.supervisor = Thread.ofVirtual().name("postgres-supervisor").unstarted(this::supervise);
  }

  /**
   * Starts PostgreSQL, creating its data directory on first use.
   *
   * @throws DatabaseException when it cannot start, naming the reason in one line
   */
  public static EmbeddedPostgres start(EmbeddedSettings settings) {
    FileChannel lockFile = null;
    try {
      Path directory = Files.createDirectories(settings.directory()).toRealPath();
      lockFile = lock(directory);
      var programs = PostgresPrograms.prepare(directory, settings);
      programs.stopLeftovers();
      var postgres = new EmbeddedPostgres(programs, settings, lockFile);
      postgres.supervisor.start();
      return postgres;
    } catch (IOException e) {
      release(lockFile);
      throw new DatabaseException(
          "cannot use " + settings.directory() + " for PostgreSQL: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      release(lockFile);
      throw new DatabaseException("interrupted while starting PostgreSQL", e);
    } catch (RuntimeException e) {
      release(lockFile);
      throw e;
    }
  }

  /** JDBC URL of a database of this server, as of now: the port may change with a restart. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  public String username() {
    return PostgresPrograms.USER;
  }

  public String password() {
    return programs.password();
  }

  /** Process id of the running server, for diagnosis. */
  public long pid() {
    return server.pid();
  }

  /** Stops the server, waiting for it to write everything out. */
  @Override
  public void close() {
    closed.countDown();
    starting.lock();
    try {
      programs.stop();
      supervisor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      starting.unlock();
      release(lockFile);
    }
  }

  private void supervise() {
    Duration pause = RESTART_PAUSE;
    try {
      while (closed.getCount() > 0) {
        int status = server.waitFor();
        if (closed.getCount() > 0) {
          LOG.warn("PostgreSQL ended with status {}; starting it again", status);
          pause = restart() ? RESTART_PAUSE : longer(pause);
          closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean restart() throws InterruptedException {
    if (!starting.tryLock()) {
      return false;
    }
    try {
      programs.stopLeftovers();
      server = programs.start(port, settings);
      LOG.info("PostgreSQL is back on port {}", port);
      return true;
    } catch (DatabaseException e) {
      LOG.error("{}", e.getMessage());
      port = freePort();
      return false;
    } finally {
      starting.unlock();
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new DatabaseException(
          "another control plane runs PostgreSQL in "
              + directory
              + ": give this one another kintsugi.data-dir, or both the same kintsugi.database.url");
    }
    return channel;
  }

  private static void release(@Nullable FileChannel lockFile) {
    if (lockFile == null) {
      return;
    }
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new DatabaseException("no free loopback port for PostgreSQL: " + e.getMessage(), e);
    }
  }
}
