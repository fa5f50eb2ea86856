package dev.kintsugi.controlplane.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.knowledge.BenchLedger;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.novelty.BenchTeacher;
import dev.kintsugi.controlplane.novelty.Novelties;
import dev.kintsugi.controlplane.tokens.TokenCounter;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.novelty.Novelty;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Tagger;
import dev.kintsugi.protocol.node.NodeStatus;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** The control plane's beans without its HTTP, with a stand-in node that counts tokens over real HTTP. */
public final class ScreeningBench {
  private static final String SERVICE = "default/wan";
  private static final int RULES = 1_000;
  private static final int TAUGHT = 5_000;
  private static final int TERMS = 2_000;
  private static final int QUESTIONS = 100;

  /** Until nothing is compiled any more: some minutes of a busy control plane. */
  private static final int WARM_UP = 15_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private ScreeningBench() {}

  public static void main(String[] args) {
    try {
      run(args);
      System.exit(0);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(String[] args) throws Exception {
    Path work = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    int prompts = Integer.parseInt(args[2]);
    int cases = Integer.parseInt(args[3]);
    Files.createDirectories(work.resolve("lexicon"));
    List<String> terms = IntStream.range(0, TERMS).mapToObj(i -> "forbidden" + Integer.toString(i, 36)).toList();
    Files.write(work.resolve("lexicon/list.txt"), terms);
    Files.write(work.resolve("terms.txt"), terms);
    HttpServer node = node();
    Map<String, Object> settings =
        Map.of(
            "kintsugi.data-dir", work.resolve("data").toAbsolutePath().toString(),
            "kintsugi.screening.lexicon-dir", work.resolve("lexicon").toAbsolutePath().toString(),
            "kintsugi.novelty.refresh-every", "1s",
            "kintsugi.services[0].name", "wan",
            "kintsugi.services[0].nodes[0].name", "a",
            "kintsugi.services[0].nodes[0].address", "http://127.0.0.1:" + node.getAddress().getPort());
    try (ApplicationContext context = ApplicationContext.run(settings)) {
      await("models", () -> context.getBean(PromptEmbeddings.class).ready());
      execute(context, ENFORCED);
      BenchLedger.fill(context, SERVICE, new Prompts(6)::take, cases);
      System.out.println("the ledger is filled");
      System.out.println("the index had it all after further " + BenchLedger.awaitIndex(context, cases));
      await(context);
      pin(args[4]);
      Map<String, Object> result = measure(context, work, rounds, prompts);
      result.put("cases", cases);
      result.put("search", BenchLedger.search(context, new Prompts(7).take(QUESTIONS)));
      Files.writeString(work.resolve("ours.json"), JSON.writeValueAsString(result));
    }
  }

  /** Takes a token for four bytes: its work is not measured here, the way to it is. */
  private static HttpServer node() throws IOException {
    HttpServer node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.setExecutor(Executors.newFixedThreadPool(2));
    node.createContext(
        "/node/tokenize",
        exchange -> {
          JsonNode texts = JSON.readTree(exchange.getRequestBody()).get("texts");
          List<Integer> counts = new ArrayList<>();
          texts.forEach(text -> counts.add(1 + text.asText().getBytes(StandardCharsets.UTF_8).length / 4));
          byte[] body = JSON.writeValueAsBytes(Map.of("model", "wan", "counts", counts));
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    node.start();
    return node;
  }

  private static NodeStatus status() {
    NodeStatus.DeviceReadings device = new NodeStatus.DeviceReadings("cpu", "cpu", 1, 2, 0.5, null, null);
    return new NodeStatus("i", "wan", "1", "0".repeat(64), false, List.of(), 1, 1, List.of(), true, false, null,
        new NodeStatus.ModelLimits(256, 256, 33, 50, "64x64", 9, 4, 5.0, 8), Map.of(), device, null, List.of(), List.of());
  }

  private static final String ENFORCED =
      """
      INSERT INTO prompt_rule (service, features, origin, created_at, stage, since, pinned, matched, failed, doubt, last_seen)
      SELECT '%s', ARRAY['frames>=9', 'word:rare' || i], 'manual', now(), 'enforced', now(), true, 0, 0, 0, now() FROM generate_series(1, %d) i
      """
          .formatted(SERVICE, RULES);

  /** From here on one core is all there is. */
  private static void pin(String core) throws Exception {
    String self = Long.toString(ProcessHandle.current().pid());
    int code = new ProcessBuilder("taskset", "-a", "-p", "-c", core, self).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    if (code != 0) {
      throw new IllegalStateException("taskset ended with " + code);
    }
  }

  private static void execute(ApplicationContext context, String sql) {
    int rows =
        context
            .getBean(Transactions.class)
            .relaxed(
                c -> {
                  try (Statement statement = c.createStatement()) {
                    return statement.executeUpdate(sql);
                  }
                });
    if (rows == 0) {
      throw new IllegalStateException("nothing came of " + sql);
    }
  }

  private static void await(ApplicationContext context) throws Exception {
    BenchTeacher.teach(context, SERVICE, new Prompts(1).take(TAUGHT));
    context.getBean(NodeSights.class).put("a", new NodeSight(new NodeHealth(true, 0, 1, "i", Instant.now()), status()));
    Submission stopped = submission("a rare7 thing");
    await("rules", () -> context.getBean(LearnedRules.class).stops(SERVICE, stopped, null).isPresent());
    await("tokens", () -> context.getBean(TokenCounter.class).count(SERVICE, List.of("a")).isPresent());
    for (String known : List.of("a cat runs on a beach", "一只猫在海滩上奔跑")) {
      await(known, () -> !(context.getBean(Novelties.class).of(SERVICE, known).orElseThrow() instanceof Novelty.NotEnoughYet));
    }
  }

  private static void await(String what, Callable<Boolean> until) throws Exception {
    Instant end = Instant.now().plusSeconds(60);
    while (!until.call()) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("in vain: " + what);
      }
      Thread.sleep(50);
    }
  }

  private static Submission submission(String prompt) {
    return new Submission(prompt, 640, 480, 49, 30);
  }

  private static Map<String, Object> measure(ApplicationContext context, Path work, int rounds, int prompts) throws Exception {
    Screenings screenings = context.getBean(Screenings.class);
    Lexicon lexicon = context.getBean(Lexicon.class);
    Tagger tagger = context.getBean(Tagger.class);
    await("tagger", () -> !tagger.english(List.of("a", "cat", "runs")).isEmpty() && !tagger.chinese("一只猫").isEmpty());
    LearnedRules learned = context.getBean(LearnedRules.class);
    TokenStage tokens = context.getBean(TokenStage.class);
    NoveltyStage novelty = context.getBean(NoveltyStage.class);
    Policies policies = context.getBean(Policies.class);
    Prompts source = new Prompts(2);
    List<String> first = source.take(rounds * prompts);
    Files.write(work.resolve("prompts.txt"), first);
    List<Map<String, Double>> figures = new ArrayList<>();
    warm(screenings, new Prompts(3).take(WARM_UP));
    for (int round = 0; round < rounds; round++) {
      List<String> own = first.subList(round * prompts, (round + 1) * prompts);
      // Others for the stages alone: what was screened already is remembered.
      List<String> others = source.take(prompts);
      Map<String, Double> row = new LinkedHashMap<>();
      time(row, "rules", others, text -> () -> Screener.decide(text, policies.of(SERVICE), lexicon));
      time(row, "language", others, text -> () -> Screener.decide(text, policies.of(SERVICE), lexicon, tagger));
      time(row, "learned", others, text -> () -> learned.stops(SERVICE, submission(text), "a tenant"));
      time(row, "tokens", others, text -> () -> tokens.look(new TokenStage.Question(SERVICE, text, null, 80), better -> true));
      time(row, "novelty", others, text -> () -> novelty.look(SERVICE, text));
      time(row, "whole", own, text -> () -> screenings.tell(SERVICE, new Screenings.Asking(submission(text), submission(text))));
      figures.add(row);
      System.out.println(row);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("settings", Map.of("rules", RULES, "taught", TAUGHT, "terms", TERMS, "prompts_a_round", prompts));
    result.put("rounds", figures);
    Novelties novelties = context.getBean(Novelties.class);
    result.put("good_strange", strange(novelties, new Prompts(4).take(2_000)));
    result.put("other_strange", strange(novelties, new Prompts(5).ofAnotherKind(500)));
    System.gc();
    result.put("heap_mb", (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1e6);
    result.put("resident_mb", resident());
    return result;
  }

  private static void warm(Screenings screenings, List<String> prompts) {
    prompts.forEach(text -> screenings.tell(SERVICE, new Screenings.Asking(submission(text), submission(text))));
  }

  private interface Work {
    Callable<?> of(String text);
  }

  private static void time(Map<String, Double> row, String name, List<String> prompts, Work work) throws Exception {
    double[] times = new double[prompts.size()];
    long begin = System.nanoTime();
    for (int i = 0; i < times.length; i++) {
      Callable<?> one = work.of(prompts.get(i));
      long start = System.nanoTime();
      one.call();
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Arrays.sort(times);
    row.put(name + "_p50_ms", times[times.length / 2]);
    row.put(name + "_p99_ms", times[(int) (times.length * 0.99)]);
    row.put(name + "_max_ms", times[times.length - 1]);
    row.put(name + "_per_second", times.length / seconds);
  }

  private static double strange(Novelties novelties, List<String> prompts) {
    long strange = prompts.stream().filter(text -> novelties.of(SERVICE, text).orElseThrow() instanceof Novelty.Strange).count();
    return (double) strange / prompts.size();
  }

  private static double resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1e3)
        .findFirst()
        .orElseThrow();
  }
}
