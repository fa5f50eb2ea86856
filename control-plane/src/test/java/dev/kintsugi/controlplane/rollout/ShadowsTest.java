package dev.kintsugi.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.MadeVideos;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.Video;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shadows on a real database; the test plays the nodes. */
class ShadowsTest {

  private static final String REPLAYS = Shadows.queueKey(TestJobs.SERVICE, RolloutScene.CANARY);

  private final RolloutScene scene = new RolloutScene();
  private final ShadowStore store = new ShadowStore(scene.database.transactions());
  private RegisteredService service = service(2);
  private Shadows shadows;

  @TempDir Path files;

  @BeforeEach
  void start() throws IOException {
    shadows = replica();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void theNewestVideosOfStableAreMadeAgainOneAtATime() {
    String older = customer(RolloutScene.STABLE, made(1.5, "a", false));
    String newest = customer(RolloutScene.STABLE, made(1.5, "a", false));
    customer(RolloutScene.STABLE, made(1.5, "a", true));
    customer(RolloutScene.CANARY, made(1.5, "a", false));
    String deleted = customer(RolloutScene.STABLE, made(1.5, "a", false));
    scene.queue.delete("default", deleted, scene.clock.instant());

    look(shadows, 3);
    assertThat(store.waiting()).containsExactly(REPLAYS);
    assertThat(replaysQueued()).isEqualTo(1);
    Claim first = claim();
    assertThat(first.job().parameters()).isEqualTo(job(newest).parameters());
    assertThat(first.job().tenant()).isEqualTo("kintsugi:operators");
    assertThat(first.job().webhookUrl()).isNull();
    assertThat(store.owns(first.job().id())).isTrue();
    complete(first, made(3, "a", false));

    look(shadows, 3);
    assertThat(scene.queue.find(first.job().id())).as("its prompt and clip are gone").isEmpty();
    complete(claim(), made(1.5, "f", false));
    look(shadows, 3);
    assertThat(replaysQueued()).as("two were asked for").isEqualTo(2);
    assertThat(store.unsettled()).isEmpty();
    assertThat(store.waiting()).isEmpty();

    List<Shadow> pairs = store.of(key());
    assertThat(pairs).extracting(Shadow::video).containsExactly(newest, older);
    assertThat(pairs.getFirst().pair().ending()).isEqualTo(Ending.MADE);
    assertThat(pairs.getFirst().pair().likeness()).isEqualTo(new Likeness(100, 100));
    assertThat(pairs.getFirst().pair().canary().perStep()).isEqualTo(0.75);
    assertThat(pairs.getLast().pair().likeness()).isNull();
    assertThat(pairs.getLast().note()).isEqualTo("the file of stable is gone");
    var told = ShadowViews.of(pairs, 2);
    assertThat(told.made()).isEqualTo(2);
    assertThat(told.leastPsnrDb()).isEqualTo(100);
    assertThat(told.stepTime().median()).isEqualTo(Math.sqrt(2));
    assertThat(told.stepTime().low()).isNull();
  }

  @Test
  void aRestartAfterAnyStepLosesNothingAndRepeatsNothing() throws IOException {
    customer(RolloutScene.STABLE, made(1.5, "a", false));
    look(shadows, 1);
    String queued = store.of(key()).getFirst().job();
    assertThat(queued).isNotNull();

    scene.database.execute("UPDATE rollout_shadow SET job_id = NULL");
    look(replica(), 2);
    assertThat(store.of(key())).extracting(Shadow::job).as("killed").containsExactly(queued);
    assertThat(replaysQueued()).isEqualTo(1);

    complete(claim(), made(1.5, "a", false));
    Shadow shadow = store.of(key()).getFirst();
    assertThat(store.end(shadow.id(), Shadow.Result.without(Ending.FAILED, "x"), now())).isTrue();
    assertThat(store.end(shadow.id(), Shadow.Result.without(Ending.MADE, "y"), now())).isFalse();
    look(replica(), 1);
    assertThat(scene.queue.find(queued)).as("killed before it was deleted").isEmpty();
    assertThat(store.unsettled()).isEmpty();
    look(replica(), 2);
    assertThat(store.of(key())).extracting(s -> s.pair().ending()).containsExactly(Ending.FAILED);
    assertThat(replaysQueued()).as("no video is made again twice").isEqualTo(1);
  }

  @Test
  void whatOnlyTheCanarySpoilsIsADefectAndALostNodeIsNot() {
    customer(RolloutScene.STABLE, made(1.5, "a", false));
    customer(RolloutScene.STABLE, made(1.5, "a", false));
    look(shadows, 1);
    scene.fail(claim(), FailureClass.BLACK_FRAMES, Attribution.MODEL_VERSION);
    look(shadows, 3);
    scene.fail(claim(), FailureClass.NODE_LOST, Attribution.NODE);
    look(shadows, 1);
    assertThat(store.of(key()))
        .extracting(s -> s.pair().ending())
        .containsExactly(Ending.DEFECT, Ending.FAILED);
    assertThat(store.of(key()).getFirst().note()).isEqualTo("BLACK_FRAMES: it failed");
  }

  @Test
  void aDeletedVideosShadowGoesWithIt() {
    String video = customer(RolloutScene.STABLE, made(1.5, "a", false));
    look(shadows, 1);
    Claim running = claim();
    scene.queue.delete("default", video, scene.clock.instant());
    look(shadows, 1);
    assertThat(store.of(key()).getFirst().pair().ending()).isEqualTo(Ending.WITHDRAWN);
    assertThat(scene.queue.find(running.job().id())).isEmpty();
    assertThat(store.unsettled()).isEmpty();
  }

  @Test
  void theEndOfTheRolloutEndsItsShadow() {
    customer(RolloutScene.STABLE, made(1.5, "a", false));
    look(shadows, 1);
    String replay = store.of(key()).getFirst().job();
    RolloutKey key = key();
    service = service(0);
    look(shadows, 1);
    assertThat(store.of(key).getFirst().open()).as("it goes on with what was begun").isTrue();

    service = RolloutScene.service(null, 0);
    look(shadows, 1);
    assertThat(store.of(key).getFirst().open()).as("the news may be old").isTrue();
    scene.clock.forward(Duration.ofSeconds(31));
    look(shadows, 1);
    assertThat(store.of(key).getFirst().pair().ending()).isEqualTo(Ending.ABANDONED);
    assertThat(scene.queue.find(replay)).isEmpty();
  }

  @Test
  void withoutANodeOfTheCanaryNothingWaits() {
    customer(RolloutScene.STABLE, made(1.5, "a", false));
    service = RolloutScene.service(rollout(2), 5);
    look(shadows, 2);
    assertThat(store.of(key())).isEmpty();
  }

  private Shadows replica() throws IOException {
    return new Shadows(
        () -> List.of(service),
        new RolloutStore(scene.database.transactions(), new ObjectMapper()),
        store,
        new MadeVideos(scene.database.transactions()),
        scene.queue,
        new ShadowFilms(ArtifactStore.onVolume(files, scene.clock)),
        new RolloutMetrics(new Meters()),
        scene.clock);
  }

  private void look(Shadows shadows, int times) {
    for (int i = 0; i < times; i++) {
      scene.clock.forward(Duration.ofSeconds(1));
      shadows.look();
    }
  }

  private static ServiceState.Rollout rollout(int videos) {
    ServiceState.Rollout r = RolloutScene.rollout("demo-2");
    return new ServiceState.Rollout(
        r.name(),
        r.stable(),
        r.canary(),
        r.step(),
        r.steps(),
        r.alpha(),
        r.beta(),
        r.smallestRegression(),
        r.smallestSlowdown(),
        r.decideWithinSeconds(),
        r.startedAt(),
        r.promoted(),
        videos,
        null,
        null);
  }

  private static RegisteredService service(int videos) {
    RegisteredService plain = RolloutScene.service(rollout(videos), 5);
    ServiceState s = plain.state();
    ServiceState.Node node =
        new ServiceState.Node("c", RolloutScene.CANARY, "main", false, "http://c", true, false);
    return new RegisteredService(
        plain.namespace(),
        plain.name(),
        new ServiceState(
            s.uid(),
            s.generation(),
            s.sequence(),
            s.model(),
            s.deadlineSeconds(),
            s.tenants(),
            s.revisions(),
            List.of(node),
            s.ladder(),
            s.rollout()),
        false);
  }

  private Instant now() {
    return scene.clock.instant();
  }

  private RolloutKey key() {
    return RolloutKey.of(service).orElseThrow();
  }

  private Job job(String id) {
    return scene.queue.find(id).orElseThrow();
  }

  private long replaysQueued() {
    return scene.database.number("SELECT count(*) FROM job WHERE service LIKE 'replay:%'");
  }

  private String customer(String revision, Result result) {
    String id = scene.submit(Duration.ofHours(1));
    Claim claim = scene.claim(revision, revision + "-node");
    scene.clock.forward(Duration.ofSeconds(10));
    complete(claim, result);
    return id;
  }

  private Claim claim() {
    return scene
        .queue
        .claim(
            new ClaimRequest(
                REPLAYS, RolloutScene.CANARY, "c", false, 1, Duration.ofHours(9), "replica-1"),
            now())
        .orElseThrow();
  }

  private void complete(Claim claim, Result result) {
    scene.queue.complete(claim.attemptId(), claim.fence(), result, now());
  }

  private static Result made(double denoise, String sha256, boolean degraded) {
    return new Result(
        new Video.Delivered("64x48", 9, 8, 4, "wan-tiny", "1", 7, 1, degraded, null, null, null),
        Map.of("denoise", denoise),
        List.of(new Artifact("video", "video/mp4", 1234, sha256.repeat(64))),
        2.5,
        Duration.ofHours(24),
        null,
        null);
  }
}
