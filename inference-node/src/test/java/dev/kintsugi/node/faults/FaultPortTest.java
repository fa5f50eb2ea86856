package dev.kintsugi.node.faults;

import static dev.kintsugi.node.NodeClient.JSON;
import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.RealNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of fault over HTTP against the real model; a crash has a process of its own. */
class FaultPortTest {
  private static final AtomicInteger IDS = new AtomicInteger();
  private static final int STEPS = 4;
  @TempDir static Path work;
  private static RealNode node;
  private static NodeClient client;

  private final String id = "f-" + IDS.incrementAndGet();

  @BeforeAll
  static void start() {
    node = new RealNode(work, Map.of("kintsugi.node.faults", true));
    client = node.readyClient();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void isWholeAgain() {
    client.delete("/node/faults");
    client.post("/v1/videos/" + id + "/cancel");
    await("the node is whole again")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                client.get("/readyz").statusCode() == 200
                    && client.json("/node/status").get("free_slots").asInt() == 1);
  }

  @ParameterizedTest(name = "{0} ends an attempt as {1} in {2}, expert {3} after step {4}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // fault | class | phase | expert | steps done | sentence | what it did
        "{'kind':'oom'} | OOM | denoising | high | 0 | allocate | asked the device for",
        "{'kind':'oom','step':3} | OOM | denoising | low | 2 | allocate | asked the device for",
        "{'kind':'nan'} | NAN_LATENTS | denoising | high | 0 | after step 1 | became NaN",
        "{'kind':'nan','step':4} | NAN_LATENTS | denoising | low | 3 | after step 4 | NaN",
        "{'kind':'expert-failure','expert':'low'} | NAN_LATENTS | denoising | low | 2 |"
            + " expert low | infinities at step 3",
        "{'kind':'expert-failure','expert':'high'} | NAN_LATENTS | denoising | high | 0 |"
            + " expert high | infinities at step 1",
        "{'kind':'black-frames'} | BLACK_FRAMES | encoding | low | 4 | black | black",
        "{'kind':'frozen'} | FROZEN_FRAMES | encoding | low | 4 | frozen | stopped at frame 2",
        "{'kind':'flicker'} | FLICKER | encoding | low | 4 | flicker | darkened",
        "{'kind':'noise'} | QUALITY_LOW | encoding | low | 4 | low quality | noise of 16 levels",
        "{'kind':'encode-failed'} | ENCODE_FAILED | encoding | low | 4 | Is a directory |"
            + " could not open video.mp4.part",
        "{'kind':'disk-full'} | INTERNAL | decoding | low | 4 | is full | bytes",
        "{'kind':'gpu-fault','xid':79,'step':2} | GPU_FAULT | denoising | high | 1 | 79 | Xid 79",
      })
  void aFaultEndsOneAttemptAndTheNextIsGood(
      String fault,
      String failure,
      String phase,
      String expert,
      int steps,
      String sentence,
      String effect) {
    String armed = arm(fault);
    JsonNode failed = run(id);

    assertThat(failed.at("/status").asText()).as("%s", failed).isEqualTo("failed");
    assertThat(failed.at("/error/code").asText()).as("%s", failed).isEqualTo(failure);
    assertThat(failed.at("/error/message").asText()).containsIgnoringCase(sentence);
    assertThat(failed.at("/error/context/fault").asText()).isEqualTo(armed);
    assertThat(failed.at("/error/context/stage").asText()).isEqualTo(phase);
    assertThat(failed.at("/error/context/expert").asText()).isEqualTo(expert);
    assertThat(failed.at("/error/context/step").asInt()).isEqualTo(steps);
    awaitEnd(armed);
    assertThat(status(armed).get("acted").asInt()).isEqualTo(1);
    assertThat(status(armed).get("effect").asText()).contains(effect);
    assertThat(run(id + "-next").at("/status").asText()).isEqualTo("completed");
  }

  @Test
  void anXidIsNamedInTheContext() {
    arm("{'kind':'gpu-fault','xid':94}");
    assertThat(run(id).at("/error/context/xid").asInt()).isEqualTo(94);
  }

  @Test
  void latencyHoldsBackEveryStepOfTheAttemptsItHits() {
    String armed = arm("{'kind':'latency','delay_seconds':0.2}");
    JsonNode slow = run(id);
    assertThat(slow.at("/status").asText()).isEqualTo("completed");
    assertThat(slow.at("/stage_durations/denoise").asDouble()).isGreaterThan(STEPS * 0.2);
    awaitEnd(armed);
    assertThat(run(id + "-next").at("/status").asText()).isEqualTo("completed");
    assertThat(status(armed).get("acted").asInt()).isEqualTo(1);
  }

  @Test
  void aStallHoldsOneStepUntilItsFaultIsRemoved() {
    String armed = arm("{'kind':'stall','step':2}");
    client.start(request(id, "a red ball moving from left to right on a street", STEPS));
    await().until(() -> status(armed).has("effect"));
    JsonNode stalled = client.json("/v1/videos/" + id);
    assertThat(stalled.get("status").asText()).isEqualTo("in_progress");
    assertThat(stalled.get("step").asInt()).isEqualTo(1);

    client.delete("/node/faults/" + armed);
    assertThat(finished(id).get("status").asText()).isEqualTo("completed");
  }

  @Test
  void aStallEndsWithItsTime() {
    String armed = arm("{'kind':'stall','duration_seconds':3}");
    JsonNode slow = run(id);
    assertThat(slow.at("/status").asText()).isEqualTo("completed");
    assertThat(slow.at("/stage_durations/denoise").asDouble()).isGreaterThan(0.5);
    awaitEnd(armed);
  }

  @Test
  void corruptWeightsAreSeenByVerificationAndTheNodeHeals() {
    String armed = arm("{'kind':'corrupt-weights','count':1000}");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> client.get("/readyz").body().contains(".pt is altered: sha256"));
    HttpResponse<String> refused =
        client.post(
            "/v1/videos", request(id, "a red ball moving from left to right on a street", STEPS));
    assertThat(refused.statusCode()).isEqualTo(503);
    JsonNode broken = client.json("/node/status");
    assertThat(broken.get("warm").asBoolean()).isFalse();
    assertThat(broken.get("not_ready_reason").asText()).contains("is altered");

    client.delete("/node/faults/" + armed);
    node.readyClient();
    assertThat(run(id + "-next").at("/status").asText()).isEqualTo("completed");
  }

  @Test
  void aCutDownloadBreaksAndTheNextOneIsWhole() {
    assertThat(run(id).at("/status").asText()).isEqualTo("completed");
    String armed = arm("{'kind':'upload-failed'}");
    String content = "/v1/videos/" + id + "/content";
    assertThatThrownBy(() -> client.bytes(content)).hasRootCauseInstanceOf(IOException.class);
    assertThat(client.bytes(content).body())
        .hasSize(client.json("/v1/videos/" + id).at("/artifacts/0/bytes").asInt());
    awaitEnd(armed);
    assertThat(status(armed).get("effect").asText()).contains("cut the connection after");
  }

  @Test
  void anAlteredDownloadIsWholeButWrongAndTheNextOneIsRight() {
    assertThat(run(id).at("/status").asText()).isEqualTo("completed");
    String armed = arm("{'kind':'upload-altered'}");
    String content = "/v1/videos/" + id + "/content";
    byte[] altered = client.bytes(content).body();
    byte[] whole = client.bytes(content).body();
    assertThat(altered).hasSameSizeAs(whole);
    assertThat(Arrays.mismatch(altered, whole)).isEqualTo(whole.length / 2);
    awaitEnd(armed);
    assertThat(status(armed).get("effect").asText()).endsWith("wrong");
  }

  @Test
  void aLeakKeepsMemoryUntilItEnds() {
    String armed = arm("{'kind':'leak','bytes':268435456}");
    long before = memory();
    assertThat(run(id).at("/status").asText()).isEqualTo("completed");
    assertThat(memory()).isGreaterThan(before + (200 << 20));
    assertThat(status(armed).has("ended_at")).isFalse();

    client.delete("/node/faults/" + armed);
    await().until(() -> memory() < before + (100 << 20));
  }

  @Test
  void aFaultActsOnAsManyAttemptsAsAskedAndShowsInStatusAndEvents() {
    String armed = arm("{'kind':'nan','count':2}");
    assertThat(client.json("/node/status").at("/faults/0/id").asText()).isEqualTo(armed);
    assertThat(run(id).at("/error/code").asText()).isEqualTo("NAN_LATENTS");
    assertThat(run(id + "-2").at("/error/code").asText()).isEqualTo("NAN_LATENTS");
    awaitEnd(armed);
    assertThat(run(id + "-3").at("/status").asText()).isEqualTo("completed");
    assertThat(
            StreamSupport.stream(client.json("/node/status").get("events").spliterator(), false)
                .filter(e -> e.at("/details/fault").asText().equals(armed))
                .map(e -> e.get("kind").asText()))
        .containsExactly("FAULT_STARTED", "FAULT_ENDED");
  }

  @Test
  void theSameSeedHitsTheSameAttempts() {
    Map<String, Integer> acted = new HashMap<>();
    for (String round : new String[] {"first", "second"}) {
      String armed = arm("{'kind':'nan','count':100,'probability':0.5,'seed':3}");
      StringBuilder hits = new StringBuilder();
      for (int i = 0; i < 4; i++) {
        hits.append(run(id + round + i).at("/status").asText().charAt(0));
      }
      acted.merge(hits.toString(), 1, Integer::sum);
      client.delete("/node/faults/" + armed);
    }
    assertThat(acted).hasSize(1);
    assertThat(acted.keySet().iterator().next()).contains("f", "c");
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | kind | kind is required",
        "{'kind':'fire'} | kind | kind must be one of oom, latency, stall, nan, black-frames",
        "{'kind':7} | kind | kind must be a string",
        "{'kind':'oom','count':0} | count | count must be a whole number from 1 to 100000",
        "{'kind':'oom','probability':1.1} | probability | probability must be a number from 0 to 1",
        "{'kind':'oom','seed':-1} | seed | seed must be a whole number from 0 to 2147483647",
        "{'kind':'oom','step':0} | step | step must be a whole number from 1 to 1000",
        "{'kind':'oom','duration_seconds':3601} | duration_seconds |"
            + " duration_seconds must be a number from 0.01 to 3600",
        "{'kind':'oom','xid':79} | xid | oom has no xid; it has count",
        "{'kind':'frozen','step':2} | step | frozen has no step",
        "{'kind':'expert-failure'} | expert | expert is required",
        "{'kind':'expert-failure','expert':'both'} | expert | expert must be one of high, low",
        "{'kind':'gpu-fault'} | xid | xid is required",
        "{'kind':'gpu-fault','xid':0} | xid | xid must be a whole number from 1 to 1000",
        "{'kind':'latency','delay_seconds':0} | delay_seconds | must be a number from 0.01 to 3600",
        "{'kind':'nan','prompt_matches':'(ball'} | prompt_matches | must be a regular expression",
        "{'kind':'nan','min_pixels':0} | min_pixels | must be a number from 1 to",
        "{'kind':'corrupt-weights','prompt_matches':'x'} | prompt_matches | has no prompt_matches",
        "{'kind':'upload-failed','min_pixels':7} | min_pixels | has no min_pixels",
        "{'kind':'leak','bytes':2000000000} | bytes | must be a whole number from 1 to 1073741824",
      })
  void whatCannotBeArmedIsRefusedByName(String fault, String param, String message) {
    HttpResponse<String> refused = post(fault);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).at("/error/param").asText()).isEqualTo(param);
    assertThat(json(refused).at("/error/message").asText()).contains(message);
  }

  @Test
  void answersWithEverythingFilledIn() {
    HttpResponse<String> created = post("{'kind':'latency'}");
    assertThat(created.statusCode()).isEqualTo(201);
    JsonNode fault = json(created).get("fault");
    assertThat(fault.get("count").asInt()).isEqualTo(1);
    assertThat(fault.get("probability").asDouble()).isEqualTo(1);
    assertThat(fault.get("duration_seconds").asDouble()).isEqualTo(300);
    assertThat(fault.get("delay_seconds").asDouble()).isEqualTo(1);
    assertThat(fault.get("seed").isInt()).isTrue();
    String armed = json(created).get("id").asText();
    assertThat(client.json("/node/faults").get(0).get("id").asText()).isEqualTo(armed);
    assertThat(json(client.delete("/node/faults/" + armed)).has("ended_at")).isTrue();
    assertThat(client.get("/node/faults/none").statusCode()).isEqualTo(404);
    assertThat(client.delete("/node/faults/none").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest(name = "{0} acts: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'kind':'nan','prompt_matches':'(?i)RED ball'} | true",
        "{'kind':'nan','prompt_matches':'dragon'} | false",
        "{'kind':'nan','min_pixels':55296} | true",
        "{'kind':'nan','min_pixels':55297} | false",
        "{'kind':'black-frames','prompt_matches':'ball','min_pixels':55297} | false",
        "{'kind':'encode-failed','prompt_matches':'dragon'} | false",
        "{'kind':'encode-failed','prompt_matches':'ball'} | true",
      })
  void aFaultMeantForSomeAttemptsLetsTheOthersBe(String fault, boolean acts) {
    String armed = arm(fault);
    assertThat(run(id).at("/status").asText()).isEqualTo(acts ? "failed" : "completed");
    assertThat(status(armed).get("acted").asInt()).isEqualTo(acts ? 1 : 0);
  }

  private static JsonNode run(String attempt) {
    assertThat(
            client
                .post(
                    "/v1/videos",
                    request(attempt, "a red ball moving from left to right on a street", STEPS))
                .statusCode())
        .isEqualTo(200);
    JsonNode end = finished(attempt);
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    return end;
  }

  private static JsonNode finished(String attempt) {
    return client.follow(attempt, 0, e -> false).getLast().data();
  }

  private static String arm(String fault) {
    HttpResponse<String> created = post(fault);
    assertThat(created.statusCode()).as("%s", created.body()).isEqualTo(201);
    return json(created).get("id").asText();
  }

  private static HttpResponse<String> post(String fault) {
    try {
      return client.post("/node/faults", JSON.readTree(fault.replace('\'', '"')));
    } catch (IOException e) {
      throw new IllegalArgumentException(fault, e);
    }
  }

  private static JsonNode status(String armed) {
    return client.json("/node/faults/" + armed);
  }

  private static void awaitEnd(String armed) {
    await("the fault ends by itself").until(() -> status(armed).has("ended_at"));
  }

  private static long memory() {
    return client.json("/node/status").at("/device/memory_used_bytes").asLong();
  }
}
