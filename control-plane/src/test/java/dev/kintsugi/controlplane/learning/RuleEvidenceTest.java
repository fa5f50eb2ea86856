package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.OneDay;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.learning.RuleStage;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is evidence for a rule and what is not; each test has a service of its own. */
class RuleEvidenceTest {

  private static final String RULES = "/ops/v1/prompt-rules";
  private static final String TENANT = "acme";

  private static TestServer server;
  private static CopiedJobs jobs;

  @BeforeAll
  static void start() {
    OneDay.begin();
    server =
        TestServer.start(
            Map.of(
                "kintsugi.learning.look-every", "1h",
                "kintsugi.learning.refresh-every", "1h"));
    jobs = CopiedJobs.of(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<String> numbered(String prompt, int many) {
    return IntStream.range(0, many).mapToObj(i -> prompt + " take" + i).toList();
  }

  private static void learn() {
    server.bean(Learning.class).look();
  }

  private static String written(String service, String feature, String stage) {
    Answer made =
        server.ops(
            "POST",
            RULES,
            "{\"service\":\"%s\",\"features\":[\"%s\"],\"stage\":\"%s\"}"
                .formatted(service, feature, stage));
    assertThat(made.status()).as(made.toString()).isEqualTo(200);
    return made.json().get("id").asText();
  }

  private static JsonNode patched(String id, String change) {
    Answer answer = server.ops("PATCH", RULES + "/" + id, change);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static JsonNode rule(String id) {
    return server.ops(RULES + "/" + id).json();
  }

  private static String stage(String id) {
    return rule(id).get("stage").asText();
  }

  private static StoredRule stored(String id) {
    return server.bean(RuleStore.class).find(number(id)).orElseThrow();
  }

  private static long number(String id) {
    return RuleViews.parse(id).orElseThrow();
  }

  private static JsonNode mine(String service) {
    return server
        .ops("POST", RULES + "/mine", "{\"service\":\"%s\"}".formatted(service))
        .json()
        .get("data");
  }

  private static void notSeenForLong(String id) {
    server
        .database()
        .execute(
            "UPDATE prompt_rule SET last_seen = now() - interval '40 d' WHERE id = " + number(id));
  }

  private static Change why(RuleStage to, boolean pinned) {
    return new Change(Instant.now(), Change.LEARNING, null, to.wireName(), pinned, "a test");
  }

  @Test
  void aRuleThatComesBackAfterALongTimeIsGivenItsTimeAgain() {
    String service = "studio/back";
    String id = written(service, "word:dragon", "retired");
    notSeenForLong(id);
    patched(id, "{\"stage\":\"enforced\"}");
    learn();
    assertThat(stage(id)).as("a person wants it").isEqualTo("enforced");

    patched(id, "{\"stage\":\"retired\"}");
    notSeenForLong(id);
    jobs.good(service, TENANT, numbered("a cat", 100));
    jobs.failed(service, TENANT, numbered("a dragon", 20));
    learn();
    assertThat(mine(service)).extracting(back -> back.get("id").asText()).containsExactly(id);
    learn();
    assertThat(stage(id)).as("true again").isEqualTo("shadow");
    assertThat(stored(id).found()).as("a person wrote it").isNull();
  }

  @Test
  void aRuleThatIsFoundAgainHasTheFiguresOfNow() {
    String service = "studio/twice";
    jobs.good(service, TENANT, numbered("a cat", 100));
    jobs.failed(service, TENANT, numbered("a dragon", 20));
    learn();
    String id = mine(service).get(0).get("id").asText();
    assertThat(stored(id).found().matched()).isEqualTo(20);
    patched(id, "{\"stage\":\"retired\"}");
    jobs.good(service, TENANT, numbered("a dog", 100));
    jobs.failed(service, TENANT, numbered("a fat dragon", 30));
    learn();
    JsonNode back = mine(service);
    assertThat(back).hasSize(1);
    assertThat(back.at("/0/id").asText()).isEqualTo(id);
    assertThat(back.at("/0/found/matched").asInt()).isEqualTo(30);
    assertThat(stored(id).found().matched()).isEqualTo(30);
  }

  @Test
  void whoeverSawARuleAsItIsNoMoreDoesNotMoveIt() {
    String service = "studio/veto";
    String id = written(service, "word:geyser", "retired");
    RuleStore store = server.bean(RuleStore.class);
    StoredRule before = stored(id);
    patched(id, "{\"pinned\":true}");
    assertThat(store.move(before, RuleStage.CANDIDATE, false, why(RuleStage.CANDIDATE, false)))
        .as("a veto while mining")
        .isEmpty();
    assertThat(store.move(before, RuleStage.RETIRED, false, why(RuleStage.RETIRED, false)))
        .as("a note, and a pin at the same time")
        .isEmpty();
    assertThat(stored(id).state().pinned()).isTrue();

    patched(id, "{\"pinned\":false}");
    StoredRule again = stored(id);
    patched(id, "{\"stage\":\"shadow\"}");
    patched(id, "{\"stage\":\"retired\"}");
    assertThat(store.move(again, RuleStage.CANDIDATE, false, why(RuleStage.CANDIDATE, false)))
        .as("away and back")
        .isEmpty();
  }

  @Test
  void whatIsSeenWhileAPersonWritesANoteStays() {
    String service = "studio/note";
    String id = written(service, "word:glacier", "shadow");
    StoredRule before = stored(id);
    jobs.failed(service, TENANT, numbered("a glacier", 3));
    learn();
    assertThat(
            server
                .bean(RuleStore.class)
                .move(before, RuleStage.SHADOW, true, why(RuleStage.SHADOW, true)))
        .hasValueSatisfying(now -> assertThat(now.state().matched()).isEqualTo(3));
    assertThat(rule(id).get("failed").asInt()).isEqualTo(3);
    assertThat(rule(id).get("pinned").asBoolean()).isTrue();
  }

  @Test
  void aPromptThatIsSentAgainAndAgainIsOneWitness() {
    String service = "studio/again";
    String id = written(service, "word:volcano", "shadow");
    List<String> same =
        IntStream.range(0, 30)
            .mapToObj(i -> i % 2 == 0 ? "A Volcano, at night" : "a  volcano at night!")
            .toList();
    jobs.failed(service, TENANT, same);
    learn();
    assertThat(rule(id).get("matched").asInt()).as("within a batch").isEqualTo(1);
    jobs.good(service, TENANT, same);
    jobs.failed(service, "other", same);
    learn();
    assertThat(rule(id).get("matched").asInt()).as("of another tenant, too").isEqualTo(2);
    assertThat(rule(id).get("failed").asInt()).as("the first outcome").isEqualTo(2);
    assertThat(stage(id)).isEqualTo("shadow");

    patched(id, "{\"stage\":\"canary\"}");
    jobs.failed(service, TENANT, same);
    learn();
    assertThat(rule(id).get("matched").asInt()).as("a stage counts anew").isEqualTo(1);
  }

  @Test
  void miningDoesNotBelieveOneThatSaysItOften() {
    String service = "studio/often";
    jobs.good(service, TENANT, numbered("a cat", 120));
    jobs.failed(service, TENANT, Collections.nCopies(40, "a comet"));
    learn();
    assertThat(mine(service)).isEmpty();
    SampleStore samples = server.bean(SampleStore.class);
    Instant long_ = Instant.now().minus(Duration.ofDays(1));
    assertThat(samples.newest(service, long_, 1_000).samples()).hasSize(121);
    assertThat(samples.newest(service, long_, 60))
        .satisfies(
            some -> assertThat(some.census().others(Set.of("word:cat"), List.of())).hasValue(120));

    jobs.good(service, TENANT, Collections.nCopies(40, "a cat take1"));
    learn();
    assertThat(samples.newest(service, long_, 60).census().others(Set.of("word:cat"), List.of()))
        .as("a census counts nobody twice")
        .hasValue(120);
    jobs.failed(service, TENANT, numbered("a comet", 12));
    learn();
    JsonNode found = mine(service);
    assertThat(found).hasSize(1);
    assertThat(found.at("/0/features/0").asText()).isEqualTo("word:comet");
    assertThat(found.at("/0/found/failed").asInt()).isEqualTo(13);
  }

  @Test
  void oneJobThatCannotBeKeptKeepsNoOtherFromBeingLearnt() {
    String service = "studio/bad";
    server
        .database()
        .execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON prompt_sample FOR EACH ROW
              WHEN (NEW.features @> ARRAY['word:poison']) EXECUTE FUNCTION refuse()
            """);
    String letters =
        new Random(1)
            .ints(1_400, 'а', 'я' + 1)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    jobs.good(service, TENANT, List.of("a cat", "a poison", letters, "a dog"));
    jobs.good(service, TENANT, List.of("an owl of no size"));
    server
        .database()
        .execute(
            "UPDATE job SET parameters = parameters - 'width'"
                + " WHERE parameters ->> 'prompt' = 'an owl of no size'");
    learn();
    String of = "SELECT count(*) FROM prompt_sample WHERE service = 'studio/bad' AND ";
    assertThat(server.database().number(of + "NOT failed")).isEqualTo(3);
    assertThat(server.database().number(of + "failed IS NULL")).isEqualTo(2);
  }

  @Test
  void whoTriesAgainHasTheSameAnswer() {
    written(FixedModels.SERVICE, "word:tornado", "canary");
    server.bean(LearnedRules.class).refresh();
    Set<Integer> answers = new HashSet<>();
    for (String prompt : numbered("a tornado", 40)) {
      answers.add(submitted(prompt));
    }
    assertThat(answers).as("by chance").containsExactlyInAnyOrder(200, 400);
    int first = submitted("a tornado over fields");
    for (int i = 0; i < 10; i++) {
      assertThat(submitted(i % 2 == 0 ? "A tornado over fields!" : "a tornado over fields"))
          .isEqualTo(first);
    }
  }

  private static int submitted(String prompt) {
    return server.post("/v1/videos", "{\"prompt\":\"%s\"}".formatted(prompt)).status();
  }
}
