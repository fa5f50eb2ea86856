package dev.kintsugi.controlplane.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.BreakingProxy;
import dev.kintsugi.controlplane.testkit.FakeWorker;
import dev.kintsugi.controlplane.testkit.S3Server;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finished files in a real S3 store, over connections that break. */
class ObjectArtifactsTest {

  private static final int MEBI = 1 << 20;

  /** The smallest part that S3 takes. */
  private static final int PART = 5 * MEBI;

  private static S3Server s3;

  @TempDir private Path directory;

  private final List<Duration> pauses = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private BreakingProxy proxy;

  @BeforeAll
  static void startStore() {
    s3 = S3Server.start();
  }

  @AfterAll
  static void stopStore() {
    s3.close();
  }

  @BeforeEach
  void startProxy() throws IOException {
    proxy = new BreakingProxy(s3.port());
    open.add(proxy);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000, PART, PART + 1, 2 * PART + 12_345})
  void keepsWhatWasAnnounced(int length) throws IOException {
    ObjectArtifacts store = store("a/");
    byte[] bytes = bytes(length);
    String sha256 = sha256(bytes);
    assertThat(store.find(sha256)).isEmpty();

    store.write(new ByteArrayInputStream(bytes), sha256, length);
    store.write(new ByteArrayInputStream(bytes), sha256, length);

    assertThat(read(store, sha256, 0, length)).isEqualTo(bytes);
    int from = length / 3;
    int some = Math.max(1, length / 2 - from);
    assertThat(read(store, sha256, from, some))
        .isEqualTo(Arrays.copyOfRange(bytes, from, from + some));
    assertThat(onVolume()).as("the volume keeps nothing").isEmpty();
    assertThat(pauses).isEmpty();
  }

  @Test
  void keepsNothingOfWhatWasNotAnnounced() throws IOException {
    ObjectArtifacts store = store("b/");
    byte[] bytes = bytes(100);
    String sha256 = sha256(bytes);
    assertThatThrownBy(() -> store.write(new ByteArrayInputStream(bytes, 0, 99), sha256, 100))
        .isInstanceOf(ArtifactMismatchException.class);
    assertThat(store.find(sha256)).isEmpty();
    assertThat(onVolume()).isEmpty();
  }

  @Test
  void aConnectionThatBreaksWithinAPartCostsThatPartOnly() throws IOException {
    ObjectArtifacts store = store("c/");
    byte[] bytes = bytes(3 * PART + 7);
    String sha256 = sha256(bytes);
    proxy.breakAfter(PART + 2 * MEBI);

    store.write(new ByteArrayInputStream(bytes), sha256, bytes.length);

    assertThat(read(store, sha256, 0, bytes.length)).isEqualTo(bytes);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1));
    assertThat(partsSent()).containsExactly(1, 2, 2, 3, 4);
    assertThat(uploads("c/")).isEmpty();
  }

  @Test
  void waitsLongerEachTimeThenGivesUpAndShowsNothing() throws IOException {
    ObjectArtifacts store = store("d/");
    byte[] bytes = bytes(2 * PART);
    String sha256 = sha256(bytes);
    proxy.breakForGoodAfter(PART + MEBI);

    assertThatThrownBy(() -> store.write(new ByteArrayInputStream(bytes), sha256, bytes.length))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not reachable");

    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L);
    assertThat(direct("d/").find(sha256)).as("nothing half visible").isEmpty();
  }

  @Test
  void anotherProcessGoesOnWhereADeadOneStopped() throws IOException {
    ObjectArtifacts first = store("e/");
    byte[] bytes = bytes(4 * PART);
    String sha256 = sha256(bytes);
    proxy.breakForGoodAfter(2L * PART + MEBI);
    assertThatThrownBy(() -> first.write(new ByteArrayInputStream(bytes), sha256, bytes.length))
        .isInstanceOf(IOException.class);
    assertThat(uploads("e/")).hasSize(1);
    int before = partsSent().size();

    proxy.breakAfter(Long.MAX_VALUE);
    ObjectArtifacts second = store("e/");
    second.write(new ByteArrayInputStream(bytes), sha256, bytes.length);

    assertThat(partsSent().subList(before, partsSent().size()))
        .as("parts 1 and 2 were there")
        .containsExactly(3, 4);
    assertThat(read(second, sha256, 0, bytes.length)).isEqualTo(bytes);
    assertThat(uploads("e/")).isEmpty();
  }

  @Test
  void aPartWithOtherBytesIsSentAgain() throws IOException {
    byte[] bytes = bytes(2 * PART);
    String sha256 = sha256(bytes);
    try (S3Objects objects = new S3Objects(settings(s3.port(), "f/"))) {
      String upload = objects.begin("f/files/" + sha256);
      byte[] wrong = new byte[PART];
      String md5 = java.util.Base64.getEncoder().encodeToString(digest("MD5", wrong));
      objects.send("f/files/" + sha256, upload, 1, wrong, md5);
    }
    ObjectArtifacts store = store("f/");
    store.write(new ByteArrayInputStream(bytes), sha256, bytes.length);
    assertThat(read(store, sha256, 0, bytes.length)).isEqualTo(bytes);
    assertThat(partsSent()).containsExactly(1, 2);
  }

  @Test
  void aWrongKeyIsNotTriedAgain() {
    S3Settings wrong =
        new S3Settings(
            "http://127.0.0.1:" + s3.port(),
            S3Server.BUCKET,
            "us-east-1",
            "who",
            "are-you",
            "g/",
            PART);
    ObjectArtifacts store = store(wrong);
    byte[] bytes = bytes(10);
    assertThatThrownBy(() -> store.write(new ByteArrayInputStream(bytes), sha256(bytes), 10))
        .isInstanceOf(S3Objects.RefusedException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void hidesRestoresAndFindsWhatIsOld() throws IOException {
    ObjectArtifacts store = store("h/");
    byte[] bytes = bytes(1000);
    String sha256 = sha256(bytes);
    store.write(new ByteArrayInputStream(bytes), sha256, 1000);
    Instant later = Instant.now().plus(Duration.ofMinutes(1));
    assertThat(store.storedBefore(later)).containsExactly(sha256);
    assertThat(store.storedBefore(Instant.now().minusSeconds(60))).isEmpty();
    assertThat(store.storedAt(sha256)).isPresent();

    assertThat(store.hide(sha256)).isTrue();
    assertThat(store.find(sha256)).isEmpty();
    store.sweepIncoming(later);
    assertThat(store.find(sha256)).as("hidden files come back").isPresent();

    assertThat(store.hide(sha256)).isTrue();
    store.discard(sha256);
    store.sweepIncoming(later);
    assertThat(store.find(sha256)).isEmpty();
    assertThat(store.hide(sha256)).isFalse();
  }

  @Test
  void abandonedUploadsAreGivenUp() throws IOException {
    try (S3Objects objects = new S3Objects(settings(s3.port(), "i/"))) {
      objects.begin("i/files/" + "a".repeat(64));
    }
    ObjectArtifacts store = store("i/");
    store.sweepIncoming(Instant.now());
    assertThat(uploads("i/")).as("someone may go on with it").hasSize(1);
    store.sweepIncoming(Instant.now().plus(Duration.ofDays(2)));
    assertThat(uploads("i/")).isEmpty();
  }

  @Test
  void whatTheVolumeHeldBeforeIsStillFound() throws IOException {
    byte[] bytes = bytes(500);
    String sha256 = sha256(bytes);
    ArtifactStore.onVolume(directory, Clock.systemUTC())
        .write(new ByteArrayInputStream(bytes), sha256, 500);
    ObjectArtifacts store = store("j/");
    assertThat(read(store, sha256, 100, 200)).isEqualTo(Arrays.copyOfRange(bytes, 100, 300));
    assertThat(store.hide(sha256)).isTrue();
    store.discard(sha256);
    assertThat(store.find(sha256)).isEmpty();
  }

  @Test
  void aPrunedFileIsToldFromAStoreThatIsAway() throws IOException {
    ObjectArtifacts store = store("k/");
    byte[] bytes = bytes(10);
    String sha256 = sha256(bytes);
    store.write(new ByteArrayInputStream(bytes), sha256, 10);
    StoredFile file = store.find(sha256).orElseThrow();
    store.hide(sha256);
    assertThatThrownBy(() -> file.open(0, 10)).isInstanceOf(NoSuchFileException.class);
    proxy.breakForGoodAfter(0);
    assertThatThrownBy(() -> store.find(sha256))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchFileException.class);
  }

  @Test
  void customersDownloadAsFromTheVolume() {
    try (TestServer server = TestServer.start(s3.properties(proxy.port()))) {
      server.submit("{\"prompt\":\"a boat\"}");
      Job job = server.worker().makeOne();
      byte[] video = FakeWorker.video(job);
      String path = "/v1/videos/" + job.id() + "/content";

      Answer whole = server.get(path);
      assertThat(whole.status()).isEqualTo(200);
      assertThat(whole.body()).isEqualTo(video);
      Answer part = server.send(server.request(path).header("Range", "bytes=1000-1999"));
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(video, 1000, 2000));
      Answer same = server.send(server.request(path).header("If-None-Match", whole.header("ETag")));
      assertThat(same.status()).isEqualTo(304);

      proxy.breakForGoodAfter(0);
      Answer away = server.get(path);
      assertThat(away.status()).isEqualTo(503);
      assertThat(away.code()).isEqualTo("unavailable");
      assertThat(away.header("Retry-After")).isEqualTo("2");

      proxy.breakAfter(Long.MAX_VALUE);
      assertThat(server.send(server.request("/v1/videos/" + job.id()).DELETE()).status())
          .isEqualTo(200);
      assertThat(server.bean(ArtifactStore.class)).isInstanceOf(ObjectArtifacts.class);
    }
  }

  /** Parts that reached the proxy, in order, those that broke included. */
  private List<Integer> partsSent() {
    return proxy.requests().stream()
        .filter(line -> line.startsWith("PUT ") && line.contains("partNumber="))
        .map(line -> Integer.valueOf(line.replaceAll(".*partNumber=(\\d+).*", "$1")))
        .toList();
  }

  private static List<?> uploads(String prefix) throws IOException {
    try (S3Objects objects = new S3Objects(settings(s3.port(), prefix))) {
      return objects.uploads(prefix);
    }
  }

  private ObjectArtifacts store(String prefix) {
    return store(settings(proxy.port(), prefix));
  }

  private ObjectArtifacts direct(String prefix) {
    return store(settings(s3.port(), prefix));
  }

  private ObjectArtifacts store(S3Settings settings) {
    try {
      S3Objects objects = new S3Objects(settings);
      open.add(objects);
      return new ObjectArtifacts(
          new VolumeStore(directory, Clock.systemUTC()),
          objects,
          new PartUploader(objects, settings.partBytes(), pauses::add),
          settings.prefix());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static S3Settings settings(int port, String prefix) {
    return new S3Settings(
        "http://127.0.0.1:" + port,
        S3Server.BUCKET,
        "us-east-1",
        S3Server.ACCESS_KEY,
        S3Server.SECRET_KEY,
        prefix,
        PART);
  }

  private static byte[] read(ArtifactStore store, String sha256, long first, long length)
      throws IOException {
    try (InputStream in = store.find(sha256).orElseThrow().open(first, length)) {
      return in.readAllBytes();
    }
  }

  private List<Path> onVolume() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256", bytes));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
