package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.OneDay;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.recovery.Attribution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the real models, on real PostgreSQL and over real HTTP; only the videos are made up. */
class TopicLearningTest {

  private static final String RULES = "/ops/v1/prompt-rules";

  /** Of the sea, and no two say it in the same words. */
  private static final List<String> SEA =
      """
      sharks circling a sunken galleon; a jellyfish drifting through blue water
      coral polyps opening at low tide; an octopus hiding between rocks
      a clown fish nestled among anemones; a humpback whale singing
      dolphins leaping over waves; a scuba diver meeting a manta ray
      seahorses clinging to kelp; a submarine exploring an abyss
      schools of sardines turning as one; a turtle gliding above a reef
      moray eels peering from crevices; lobsters marching along ocean floor
      orcas hunting seals beneath ice; starfish creeping past barnacles
      a squid squirting ink; tuna racing past fishing nets
      plankton glowing in a dark lagoon; a stingray buried under sand
      hermit crabs trading shells; a puffer fish swelling up
      snorkelling tourists and tropical fish; narwhals surfacing in arctic seas
      a manatee grazing on seagrass; barracuda waiting near a shipwreck
      a nautilus rising from deep down; spiny urchins on a pier
      penguins diving after krill; oysters making pearls
      a gold fish swimming in an aquarium; swordfish slicing through currents
      an anglerfish luring prey; salmon spawning upstream
      a mermaid underwater; walruses plunging from floes
      shrimps cleaning a grouper; cuttlefish changing colours
      bubbles around a frogman; a lion fish spreading venomous fins\
      """
          .lines()
          .flatMap(line -> List.of(line.split(";")).stream())
          .map(String::strip)
          .toList();

  private static final List<String> CHINESE_SEA =
      """
      鲨鱼环绕沉船 水母漂在蓝色海里 章鱼藏进岩缝 小丑鱼躲在海葵中 座头鲸歌唱 海豚跃出浪花 潜水员遇见蝠鲼 海马缠着海带
      潜艇探索深渊 沙丁鱼群转向 海龟滑过珊瑚礁 海鳗探头 龙虾爬行海底 虎鲸捕猎海豹 海星慢慢移动 乌贼喷墨 金枪鱼疾游
      浮游生物发光 寄居蟹换壳 河豚鼓起 独角鲸浮出水面 海牛吃草 梭鱼等待 鹦鹉螺上升 海胆长刺 企鹅下潜 牡蛎产珍珠
      剑鱼破浪 灯笼鱼引诱猎物 鲑鱼逆流 美人鱼梳头 海象跳水 墨鱼变色 狮子鱼展鳍\
      """
          .lines()
          .flatMap(line -> List.of(line.strip().split(" ")).stream())
          .toList();

  private static final List<List<String>> ORDINARY =
      List.of(
          List.of(
              "a cat",
              "a dog",
              "an old man",
              "two children",
              "a robot",
              "a knight",
              "a chef",
              "a white horse"),
          List.of(
              " in a forest",
              " through a busy street",
              " on a mountain",
              " above an airport",
              " from a castle"),
          List.of(", at night", ", in winter", ", cinematic", ", close-up", ", watercolour style"));

  private static final List<List<String>> ORDINARY_CHINESE =
      List.of(
          List.of("一只猫", "一条狗", "老人", "两个孩子", "机器人", "骑士", "厨师", "白马"),
          List.of("在森林里走", "穿过街道", "站在山顶", "在机场跑", "离开城堡"),
          List.of("，夜晚", "，冬天", "，电影感", "，特写", "，水彩风格"));

  private static TestServer server;

  @BeforeAll
  static void start() {
    OneDay.begin();
    server =
        TestServer.start(
            Map.of(
                "kintsugi.embedding.enabled", true,
                "kintsugi.learning.look-every", "1h",
                "kintsugi.learning.refresh-every", "1h",
                "kintsugi.novelty.look-every", "1h"));
    await().atMost(Duration.ofMinutes(2)).until(() -> server.bean(PromptEmbeddings.class).ready());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<String> prompts(List<List<String>> parts) {
    List<String> all = List.of("");
    for (List<String> part : parts) {
      List<String> longer = new ArrayList<>();
      all.forEach(begin -> part.forEach(end -> longer.add(begin + end)));
      all = longer;
    }
    return all;
  }

  /** Jobs that end as the newest one did, each of a prompt of its own. */
  private static void likeTheNewest(List<String> prompts) {
    CopiedJobs.copy(server, CopiedJobs.newest(server), null, null, prompts);
  }

  private static String good(String first, List<String> more) {
    String id = server.submit("{\"prompt\":\"%s\"}".formatted(first));
    server.worker().complete(server.worker().claim());
    likeTheNewest(more);
    return id;
  }

  private static String fails(String first, List<String> more) {
    String id = server.submit("{\"prompt\":\"%s\"}".formatted(first));
    server.worker().fail(server.worker().claim(), Attribution.INPUT);
    likeTheNewest(more);
    return id;
  }

  private static void learn() {
    server.bean(Learning.class).look();
    server.bean(LearnedRules.class).refresh();
  }

  private static JsonNode mine() {
    return server
        .ops("POST", RULES + "/mine", "{\"service\":\"%s\"}".formatted(FixedModels.SERVICE))
        .json()
        .get("data");
  }

  private static JsonNode screened(String prompt) {
    return server.post("/v1/prompts/screen", "{\"prompt\":\"%s\"}".formatted(prompt)).json();
  }

  private static long stopped(List<String> prompts) {
    return prompts.stream()
        .filter(prompt -> screened(prompt).get("verdict").asText().equals("reject"))
        .count();
  }

  private static long rows(String query) {
    return server.database().number("SELECT count(*) FROM " + query);
  }

  @Test
  void failuresOfOneMeaningInManyWordsBecomeARuleThatStopsFurtherOnes() {
    good("a girl in a park", prompts(ORDINARY));
    likeTheNewest(prompts(ORDINARY_CHINESE));
    String failed = fails("a diver and a seal", SEA);
    likeTheNewest(CHINESE_SEA);
    learn();
    assertThat(rows("prompt_sample WHERE direction IS NOT NULL")).isEqualTo(400 + 2 + 40 + 34);

    JsonNode found = mine();
    assertThat(found)
        .allSatisfy(rule -> assertThat(rule.get("features")).hasSize(1))
        .extracting(rule -> rule.at("/features/0").asText())
        .as("a word of five prompts names it; no Chinese one is in as many")
        .containsExactlyInAnyOrder("topic:fish~1", "topic:unnamed~2");
    assertThat(found)
        .extracting(rule -> rule.at("/topic/model").asText())
        .containsExactlyInAnyOrder("all-minilm-l6-v2-q", "bge-small-zh-v1.5-q");
    assertThat(found)
        .allSatisfy(rule -> assertThat(rule.at("/topic/prompts").asInt()).isBetween(25, 41));
    assertThat(mine()).as("the same again").isEmpty();
    assertThat(rows("prompt_topic")).isEqualTo(2);

    found.forEach(rule -> moved(rule, "enforced", 200));
    learn();
    furtherOnesAreStoppedAndOthersAreNot();
    whatIsLetThroughIsEvidence(found);
    aDeletedVideoTakesItsMeaningAlong(failed);
    aRetiredRuleComesBackByFailuresSinceThen(rule(found, "topic:unnamed~2"));
    theTopicIsForgottenLongAfterItsRule(rule(found, "topic:fish~1"));
  }

  private static void furtherOnesAreStoppedAndOthersAreNot() {
    List<String> sea =
        List.of(
            "herring and mackerel in a shoal",
            "a giant clam with a hungry marlin",
            "piranhas and catfish feeding",
            "a beluga beside swimmers",
            "海狮和鳕鱼",
            "带鱼在水下游",
            "一群鲭鱼和鲸鲨");
    assertThat(stopped(sea)).as("of %d in words of their own", sea.size()).isGreaterThan(4);
    List<String> others =
        List.of(
            "a violinist plays in a garden",
            "a train crosses a bridge in snow",
            "fireworks over a town square",
            "a baker kneads dough",
            "消防员在救火",
            "樱花树下的自行车");
    assertThat(stopped(others)).isZero();
    JsonNode reason = screened("a shoal of fish").at("/reasons/0");
    assertThat(reason.get("rule").asText()).isEqualTo("learned_rule");
    assertThat(reason.get("text").asText()).isEqualTo("a shoal of fish");
    assertThat(reason.get("message").asText())
        .matches(
            "Videos of prompts like \"fish\" fail on this service \\(\\d+ of \\d+ did\\)\\."
                + " Ask for something else\\.");
    assertThat(screened("herring and mackerel in a shoal").at("/reasons/0/message").asText())
        .as("the words of others are not told")
        .startsWith("Videos of prompts like this one fail on this service (");
  }

  private static void whatIsLetThroughIsEvidence(JsonNode found) {
    likeTheNewest(List.of("orcas hunting seals at noon", "a humpback whale asleep"));
    learn();
    String id = rule(found, "topic:fish~1").get("id").asText();
    assertThat(server.ops(RULES + "/" + id).json().get("failed").asInt()).isEqualTo(2);
    assertThat(
            rows(
                "prompt_outcome WHERE grain = 1 AND failed = 2 AND rule_id = "
                    + id.substring("rule_".length())))
        .isEqualTo(1);
  }

  private static void aDeletedVideoTakesItsMeaningAlong(String id) {
    long before = rows("prompt_sample WHERE direction IS NOT NULL");
    assertThat(server.send(server.request("/v1/videos/" + id).DELETE()).status()).isEqualTo(200);
    assertThat(rows("prompt_sample WHERE direction IS NOT NULL")).isEqualTo(before - 1);
  }

  private static void aRetiredRuleComesBackByFailuresSinceThen(JsonNode rule) {
    moved(rule, "retired", 200);
    assertThat(mine()).as("nothing failed since then").isEmpty();
    good("a quiet room", prompts(ORDINARY_CHINESE));
    fails("a plain wall", CHINESE_SEA);
    learn();
    JsonNode back = mine();
    assertThat(back).extracting(one -> one.get("id")).containsExactly(rule.get("id"));
    assertThat(back.at("/0/stage").asText()).isEqualTo("candidate");
  }

  private static void theTopicIsForgottenLongAfterItsRule(JsonNode rule) {
    String topic = rule.at("/features/0").asText();
    Learning learning = server.bean(Learning.class);
    moved(rule, "retired", 200);
    learning.prune();
    assertThat(rows("prompt_topic")).isEqualTo(2);
    server
        .database()
        .execute("UPDATE prompt_rule SET since = now() - interval '91 d' WHERE stage = 'retired'");
    assertThat(written("other/one", topic))
        .as("a topic is of one service")
        .contains("has no topic");
    assertThat(written(FixedModels.SERVICE, topic)).contains("has a rule of these features");
    learning.prune();
    assertThat(rows("prompt_topic")).isEqualTo(1);
    assertThat(moved(rule, "shadow", 404).message()).contains("There is no rule");
    assertThat(written(FixedModels.SERVICE, topic)).contains("has no topic '" + topic + "'");
  }

  private static String written(String service, String feature) {
    return server
        .ops(
            "POST", RULES, "{\"service\":\"%s\",\"features\":[\"%s\"]}".formatted(service, feature))
        .message();
  }

  private static JsonNode rule(JsonNode found, String feature) {
    for (JsonNode rule : found) {
      if (rule.at("/features/0").asText().equals(feature)) {
        return rule;
      }
    }
    throw new AssertionError(feature);
  }

  private static Answer moved(JsonNode rule, String stage, int status) {
    Answer answer =
        server.ops(
            "PATCH", RULES + "/" + rule.get("id").asText(), "{\"stage\":\"%s\"}".formatted(stage));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    return answer;
  }
}
