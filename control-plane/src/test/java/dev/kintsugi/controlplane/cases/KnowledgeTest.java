package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.cases.TestCases.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.knowledge.Ask;
import dev.kintsugi.controlplane.knowledge.Found;
import dev.kintsugi.controlplane.knowledge.Found.Hit;
import dev.kintsugi.controlplane.knowledge.Found.Phase;
import dev.kintsugi.controlplane.knowledge.Knowledge;
import dev.kintsugi.controlplane.knowledge.Meanings;
import dev.kintsugi.controlplane.knowledge.TestKnowledge;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.ledger.FailureCaseSearch;
import io.micronaut.http.HttpRequest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for cases over HTTP, on real PostgreSQL and a real index. */
class KnowledgeTest {

  private static final List<String> QUESTIONS =
      List.of("dragon", "a cat that sleeps", "猫", "红色的龙", "memory", "kites", "cooling");

  @TempDir static Path directory;

  private static TestServer server;
  private static TestKnowledge index;

  /** Names of prompts by the id of their case. */
  private static final Map<String, String> names = new HashMap<>();

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "kintsugi.knowledge.look-every",
                "1h",
                "kintsugi.knowledge.verify-every",
                "0s",
                "kintsugi.embedding.enabled",
                true,
                "kintsugi.knowledge.dir",
                directory.resolve("server").toString()));
    index = TestKnowledge.of(server);
    failed("dragon", "a red dragon breathing fire over a city", "OOM", "out of memory at step 3");
    failed("dragons", "two dragons dancing on the beach", "NAN_LATENTS", "latents are not finite");
    failed("cat", "a sleeping cat on a sofa", "OOM", "out of memory at step 5");
    failed("kite", "孩子在草地上放风筝", "BLACK_FRAMES", "the clip is black");
    failed("猫", "一只猫在屋顶上睡觉", "BLACK_FRAMES", "the clip is black");
    failed("龙", "红色的巨龙飞过城市", "NODE_LOST", "node-7 is gone");
    failed("wide", "Ｆｕｌｌ ｗｉｄｔｈ robot's KITES", "TIMEOUT", "took 640 s");
    String family = caseOf("龙").get("family_id").asText();
    patch(family, "{\"note\":\"the rack's cooling failed\"}");
    TestKnowledge.understand(server);
    index.settle();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String failed(String name, String prompt, String failureClass, String message) {
    String job = TestCases.submitted(server, prompt);
    String id = TestCases.written(server, job, failureClass, message, NOON);
    names.put(id, name);
    return job;
  }

  private static JsonNode caseOf(String name) {
    String id =
        names.entrySet().stream()
            .filter(entry -> entry.getValue().equals(name))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    return server.ops("/ops/v1/cases/" + id).json().get("case");
  }

  private static void patch(String family, String json) {
    Answer answer =
        server.send(
            server
                .request("/ops/v1/families/" + family, TestServer.OPS_KEY)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(json)));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  private static JsonNode search(String query) {
    String encoded =
        Arrays.stream(query.split("&"))
            .map(each -> each.split("=", 2))
            .map(each -> each[0] + "=" + URLEncoder.encode(each[1], StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    Answer answer = server.ops("/ops/v1/cases/search?" + encoded);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> found(JsonNode answer) {
    List<String> found = new ArrayList<>();
    answer.get("data").forEach(hit -> found.add(names.get(hit.at("/case/id").asText())));
    return found;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q=dragon | dragons, dragon",
        "q=DRAGONS dance | dragons, dragon",
        "q=ｄｒａｇｏｎ fire | dragon, dragons",
        "q=sleeps | cat",
        "q=robot kite | wide",
        "q=风筝 | kite",
        "q=筝 | kite",
        "q=猫 | 猫",
        "q=睡觉的猫 | 猫",
        "q=红龙 | ''",
        "q=龙 | 龙",
        "q=巨龙 | 龙",
        "q=memory | cat, dragon",
        "q=640 | wide",
        "q=cooling | 龙",
        "q=unicorn | ''",
        "q=dragon&class=OOM | dragon",
        "q=black&feature=han:风筝 | kite",
        "feature=word:beach | dragons",
        "feature=word:red&feature=word:city | dragon",
        "feature=word:red&feature=word:beach | ''",
        "class=oom | cat, dragon",
        "service=studio/wan-tiny&q=node | 龙",
        "node=studio/node-2 | ''",
        "since=2026-06-01T12:00:00Z&q=cat | cat",
        "until=2026-06-01T12:00:00Z&q=cat | ''",
      })
  void findsWhatIsAskedFor(String query, String expected) {
    List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected.split(", "));
    JsonNode answer = search(query);
    assertThat(found(answer)).isEqualTo(wanted);
    assertThat(answer.at("/index/state").asText()).isEqualTo("ready");
    assertThat(answer.at("/index/behind").asInt()).isZero();
    assertThat(answer.at("/mode").asText()).isEqualTo(query.contains("q=") ? "text" : "newest");
    answer
        .get("data")
        .forEach(hit -> assertThat(hit.get("score").isNull()).isEqualTo(!query.contains("q=")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode=sideways|mode",
        "feature=colour:red|feature",
        "class=BOOM|class",
        "qq=x|qq",
        "limit=101|limit",
        "after=case_00000000000000000000000000000000|after"
      })
  void saysWhichParameterIsWrong(String pair) {
    String[] parts = pair.split("\\|");
    Answer answer = server.ops("/ops/v1/cases/search?" + parts[0]);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.param()).isEqualTo(parts[1]);
  }

  @Test
  void pagesThroughTheSameOrder() {
    List<String> whole = found(search("q=memory dragon cat 猫"));
    List<String> paged = new ArrayList<>();
    String after = "";
    JsonNode page;
    do {
      page = search("q=memory dragon cat 猫&limit=2" + after);
      paged.addAll(found(page));
      after = "&after=" + page.get("last_id").asText();
    } while (page.get("has_more").asBoolean());
    assertThat(paged).hasSizeGreaterThan(2).isEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource({
    "a kitten taking a nap, cat",
    "a winged fire-breathing monster above the town, dragon",
    "小猫在房顶打盹, 猫",
    "小朋友们在公园里玩纸鸢, kite"
  })
  void findsWhatIsSaidInOtherWords(String prompt, String expected) {
    JsonNode answer = search("mode=similar&q=" + prompt);
    assertThat(answer.get("mode").asText()).isEqualTo("similar");
    assertThat(found(answer).getFirst()).isEqualTo(expected);
    double best = answer.at("/data/0/score").asDouble();
    assertThat(best).isBetween(0.3, 1.0);
    assertThat(found(search("mode=similar&class=TIMEOUT&q=" + prompt)))
        .as("with a filter, and in its own language only")
        .isSubsetOf("wide");
  }

  @Test
  void aCaseLeadsToThoseLikeIt() {
    JsonNode answer = server.ops(caseLink("dragon") + "/similar").json();
    assertThat(answer.get("mode").asText()).isEqualTo("similar");
    assertThat(found(answer)).startsWith("dragons").doesNotContain("dragon", "龙", "kite");
    assertThat(server.ops("/ops/v1/cases/case_x/similar").status()).isEqualTo(404);
    assertThat(server.ops("/ops/v1/cases/search?mode=similar").param()).isEqualTo("q");
  }

  private static String caseLink(String name) {
    return "/ops/v1/cases/" + caseOf(name).get("id").asText();
  }

  /** Ids and scores, exactly. */
  private static List<List<Hit>> answers(Knowledge knowledge) {
    Ask any = new Ask(null, Map.of(), null, List.of(), null, null);
    return Stream.concat(
            QUESTIONS.stream()
                .map(text -> new Ask(text, Map.of(), null, List.of(), null, null))
                .map(knowledge::find),
            QUESTIONS.stream()
                .map(text -> server.bean(Meanings.class).of(text).orElseThrow())
                .map(meaning -> knowledge.near(any, meaning)))
        .map(found -> found.map(Found::hits).orElseThrow())
        .toList();
  }

  @Test
  void anIndexThatIsDestroyedWhileItIsInUseIsBuiltAgainAndAnswersTheSame() {
    List<List<Hit>> before = settled();
    double damaged = index.rebuilds("damaged");
    TestKnowledge.destroy(index.slot());
    assertThat(search("q=dragon").get("data")).as("meanwhile").isNotEmpty();
    index.settle();
    assertThat(index.rebuilds("damaged")).isEqualTo(damaged + 1);
    assertThat(answers(index.knowledge())).isEqualTo(before);
  }

  @Test
  void aDamagedFileIsFoundAndTheIndexIsBuiltAgain() throws IOException {
    List<List<Hit>> before = settled();
    double damaged = index.rebuilds("damaged");
    damage(index.files().stream().filter(file -> !isCommit(file)).toList());
    index.settle();
    assertThat(index.rebuilds("damaged")).isEqualTo(damaged + 1);
    assertThat(answers(index.knowledge())).isEqualTo(before);
  }

  @Test
  void anIndexThatIsGoneOrDamagedAtTheStartAnswersTheSame() throws IOException {
    List<List<Hit>> before = settled();
    Path other = directory.resolve("other");
    try (TestKnowledge fresh = TestKnowledge.startedIn(other, server)) {
      assertThat(fresh.rebuilds("missing")).isEqualTo(1);
      assertThat(answers(fresh.knowledge())).isEqualTo(before);
      try (TestKnowledge second = TestKnowledge.startedIn(other, server)) {
        assertThat(second.rebuilds("missing")).as("beside the first").isEqualTo(1);
        assertThat(Files.isDirectory(other.resolve("1"))).isTrue();
      }
    }
    try (TestKnowledge again = TestKnowledge.startedIn(other, server)) {
      assertThat(again.rebuilds("missing") + again.rebuilds("damaged")).isZero();
      assertThat(answers(again.knowledge())).isEqualTo(before);
      damage(again.files());
    }
    try (TestKnowledge mended = TestKnowledge.startedIn(other, server)) {
      assertThat(mended.rebuilds("damaged")).isEqualTo(1);
      assertThat(answers(mended.knowledge())).isEqualTo(before);
    }
  }

  /** What is answered when nothing else is to come. */
  private static List<List<Hit>> settled() {
    TestKnowledge.understand(server);
    index.settle();
    return answers(index.knowledge());
  }

  private static boolean isCommit(Path file) {
    return file.getFileName().toString().startsWith("segments");
  }

  private static void damage(List<Path> files) throws IOException {
    for (Path file : files) {
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(bytes.length() / 2);
        bytes.write(new byte[] {0x55, 0x55, 0x55, 0x55});
      }
    }
  }

  @Test
  void aTransactionThatCommitsLateIsNotMissed() throws SQLException {
    String job = TestCases.submitted(server, "a lighthouse keeper");
    try (Connection late = server.database().dataSource().getConnection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute(
          """
          INSERT INTO failure_case SELECT '00000000-0000-7000-8000-000000000001', family, kind,
            'late', 'late', tenant, service, model, failure_class, attribution, rung, stage,
            'the lighthouse is dark', node_id, revision, version, digest, trace_id, context,
            details, features, attempts, occurred_at, recorded_at FROM failure_case LIMIT 1""");
      TestCases.written(server, job, "OOM", "no lamp", NOON);
      index.look();
      assertThat(search("q=lighthouse").get("data")).as("nothing of either yet").isEmpty();
      late.commit();
    }
    index.settle();
    assertThat(search("q=lighthouse").get("data")).hasSize(2);
  }

  @Test
  void aDeletedVideoTakesItsWordsOutOfTheIndex() {
    String job = failed("gone", "a zanzibari carnival", "OOM", "no room");
    index.settle();
    assertThat(found(search("q=carnival"))).containsExactly("gone");
    assertThat(index.has("zanzibari")).isTrue();

    server.post("/v1/videos/" + job + "/cancel", "");
    assertThat(server.send(server.request("/v1/videos/" + job).DELETE()).status()).isEqualTo(200);
    index.settle();
    assertThat(search("q=carnival").get("data")).isEmpty();
    assertThat(found(search("q=room"))).as("the case stays").containsExactly("gone");
    assertThat(index.has("zanzibari")).as("on the disk").isFalse();
  }

  @Test
  void withoutAnIndexTheDatabaseIsSearchedAndTheAnswerSaysSo() throws IOException {
    Path file = Files.createFile(directory.resolve("not a directory"));
    try (TestKnowledge none = TestKnowledge.startedIn(file, server)) {
      assertThat(none.failures()).isEqualTo(1);
      assertThat(none.knowledge().state().phase()).isEqualTo(Phase.UNAVAILABLE);
      Searching searching =
          new Searching(
              server.bean(CaseReads.class), none.knowledge(), server.bean(Meanings.class));
      FailureCaseSearch answer = searching.find(asked("leeping c", null, null));
      assertThat(answer.index().state()).isEqualTo("unavailable");
      assertThat(answer.mode()).isEqualTo("newest");
      assertThat(answer.data()).hasSize(1);
      assertThat(names.get(answer.data().getFirst().found().id())).isEqualTo("cat");
      assertThat(answer.data().getFirst().score()).isNull();
      for (CaseSearchRequest only :
          List.of(asked("cat", "similar", null), asked(null, null, List.of("word:cat")))) {
        assertThatThrownBy(() -> searching.find(only)).hasMessageContaining("index is not there");
      }
    }
  }

  private static CaseSearchRequest asked(
      @Nullable String q, @Nullable String mode, @Nullable List<String> features) {
    return new CaseSearchRequest(
        HttpRequest.GET("/"),
        q,
        mode,
        features,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
