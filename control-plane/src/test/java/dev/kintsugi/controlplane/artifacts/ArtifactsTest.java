package dev.kintsugi.controlplane.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {

  @TempDir private Path directory;

  @Test
  void keepsWhatWasAnnouncedAndNothingElse() throws Exception {
    ArtifactStore store = ArtifactStore.onVolume(directory, Clock.systemUTC());
    byte[] bytes = bytes(100_000);
    String sha256 = sha256(bytes);
    assertThatThrownBy(
            () -> store.write(new ByteArrayInputStream(bytes, 0, 99_999), sha256, 100_000))
        .isInstanceOf(ArtifactMismatchException.class);
    assertThatThrownBy(() -> store.write(new ByteArrayInputStream(bytes), sha256, 99_999))
        .isInstanceOf(ArtifactMismatchException.class);
    assertThatThrownBy(
            () -> store.write(new ByteArrayInputStream(bytes), sha256(new byte[1]), 100_000))
        .isInstanceOf(ArtifactMismatchException.class);
    assertThat(files()).isEmpty();
    store.write(new ByteArrayInputStream(bytes), sha256, bytes.length);
    store.write(new ByteArrayInputStream(bytes), sha256, bytes.length);
    try (InputStream in = store.find(sha256).orElseThrow().open(0, bytes.length)) {
      assertThat(in).hasBinaryContent(bytes);
    }
    assertThat(files()).hasSize(1);
  }

  @Test
  void showsNothingOfAFileThatIsStillArriving() throws Exception {
    ArtifactStore store = ArtifactStore.onVolume(directory, Clock.systemUTC());
    byte[] bytes = bytes(200_000);
    String sha256 = sha256(bytes);
    try (PipedOutputStream source = new PipedOutputStream();
        InputStream in = new PipedInputStream(source, 1 << 16)) {
      Thread writer = Thread.ofVirtual().start(() -> write(store, in, sha256, bytes.length));
      source.write(bytes, 0, 150_000);
      assertThat(store.find(sha256)).isEmpty();
      source.write(bytes, 150_000, 50_000);
      source.close();
      writer.join();
    }
    assertThat(store.find(sha256)).isPresent();
  }

  @Test
  void tidiesUpAfterWritersThatDied() throws Exception {
    ArtifactStore store = ArtifactStore.onVolume(directory, Clock.systemUTC());
    byte[] bytes = bytes(10);
    String sha256 = sha256(bytes);
    store.write(new ByteArrayInputStream(bytes), sha256, 10);
    store.hide(sha256);
    Files.write(directory.resolve("incoming").resolve("half"), bytes);
    store.sweepIncoming(Instant.now().plusSeconds(1));
    assertThat(store.find(sha256)).as("hidden files come back").isPresent();
    assertThat(files()).hasSize(1);
  }

  @Test
  void removesFilesWithTheirLastVideoOnly() throws IOException {
    try (TestServer server = TestServer.start(Map.of())) {
      ArtifactStore store = server.bean(ArtifactStore.class);
      server.submit("{\"prompt\":\"twins\"}");
      server.submit("{\"prompt\":\"twins\"}");
      Job first = server.worker().makeOne();
      Job second = server.worker().makeOne();
      String sha256 = video(second).sha256();
      assertThat(video(first).sha256()).isEqualTo(sha256);
      server.send(server.request("/v1/videos/" + first.id()).DELETE());
      assertThat(store.find(sha256)).isPresent();
      server.send(server.request("/v1/videos/" + second.id()).DELETE());
      assertThat(store.find(sha256)).isEmpty();
    }
  }

  @Test
  void prunesWhatExpiredOrNobodyEverNeeded() throws Exception {
    try (TestServer server = TestServer.start(Map.of("kintsugi.artifacts.grace", "1h"))) {
      ArtifactStore store = server.bean(ArtifactStore.class);
      server.submit("{\"prompt\":\"kept\"}");
      server.submit("{\"prompt\":\"expired\"}");
      Job kept = server.worker().makeOne();
      Job expired = server.worker().complete(server.worker().claim(), Duration.ofNanos(1));
      byte[] orphan = bytes(50);
      store.write(new ByteArrayInputStream(orphan), sha256(orphan), 50);
      server.bean(ArtifactPruner.class).prune();
      assertThat(store.find(sha256(orphan))).as("may be about to be needed").isPresent();
      for (String sha256 :
          new String[] {video(kept).sha256(), video(expired).sha256(), sha256(orphan)}) {
        Files.setLastModifiedTime(
            ((VolumeStore) store).file(sha256),
            FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      }
      server.bean(ArtifactPruner.class).prune();
      assertThat(store.find(video(kept).sha256())).isPresent();
      assertThat(store.find(video(expired).sha256())).isEmpty();
      assertThat(store.find(sha256(orphan))).isEmpty();
    }
  }

  private static Artifact video(Job job) {
    return job.result().artifacts().getFirst();
  }

  private static void write(ArtifactStore store, InputStream in, String sha256, long bytes) {
    try {
      store.write(in, sha256, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Stream<Path> files() throws IOException {
    return Files.walk(directory).filter(Files::isRegularFile);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
