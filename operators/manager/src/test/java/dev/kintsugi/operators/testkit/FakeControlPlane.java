package dev.kintsugi.operators.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import dev.kintsugi.protocol.fleet.ServiceEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ArmEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.NodeEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.screening.PromptInterception;
import dev.kintsugi.protocol.screening.PromptInterception.Interval;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The control plane's fleet API over real HTTP; its jobs are whatever the test says. */
public final class FakeControlPlane implements AutoCloseable {

  private final ObjectMapper json = new ObjectMapper();
  private final HttpServer server;
  private final List<Push> pushed = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final Map<String, ServiceState> services = new ConcurrentHashMap<>();
  private final Map<String, Integer> running = new ConcurrentHashMap<>();
  private final Map<String, ServiceObjective> objectives = new ConcurrentHashMap<>();
  private final Map<String, ObjectiveEvidence> judged = new ConcurrentHashMap<>();
  private final Map<String, PromptPolicyState> policies = new ConcurrentHashMap<>();
  private final Map<String, PromptPolicyEvidence> told = new ConcurrentHashMap<>();
  private final Clock clock = Clock.systemUTC();
  private final Map<String, ProbeEvidence> probes = new ConcurrentHashMap<>();
  private final Map<String, String> notReady = new ConcurrentHashMap<>();
  private volatile int refusal;
  private volatile String verdict = "CONTINUE";
  private volatile long jobs;

  private record Push(String service, ServiceState state) {}

  public FakeControlPlane() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/fleet/v1/services/", this::handle);
    server.createContext("/fleet/v1/objectives/", this::handleObjective);
    server.createContext("/fleet/v1/prompt-policies/", this::handlePolicy);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public List<ServiceState> pushed() {
    return pushed.stream().map(Push::state).toList();
  }

  /** Those of one service: an operator also tells of what other tests left behind. */
  public List<ServiceState> pushed(String service) {
    return pushed.stream().filter(p -> p.service().equals(service)).map(Push::state).toList();
  }

  public List<String> tokens() {
    return List.copyOf(tokens);
  }

  /** The newest state of a service, null when it has none. */
  public ServiceState state(String service) {
    return services.get(service);
  }

  /** A job runs on a node until it is set to 0. */
  public void running(String node, int jobs) {
    running.put(node, jobs);
  }

  /** No job runs anywhere. */
  public void idle() {
    running.clear();
  }

  /** Says this of every rollout; an empty text says nothing of any. */
  public void verdict(String newVerdict) {
    verdict = newVerdict;
  }

  /** So many jobs of each revision count. */
  public void jobs(long count) {
    jobs = count;
  }

  /** Why a node takes no jobs, as it says. */
  public void notReady(String node, String reason) {
    notReady.put(node, reason);
  }

  /** What a node's probes say; null for nothing. */
  public void probe(String node, @Nullable ProbeEvidence evidence) {
    if (evidence == null) {
      probes.remove(node);
    } else {
      probes.put(node, evidence);
    }
  }

  /** Answers everything with this status; 0 answers properly again. */
  public void refuseWith(int status) {
    refusal = status;
  }

  /** Another replica pushed this. */
  public void store(String service, ServiceState state) {
    services.put(service, state);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String service = exchange.getRequestURI().getPath().substring("/fleet/v1/services/".length());
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      tokens.add(authorization == null ? "" : authorization);
      if (refusal != 0) {
        answer(exchange, refusal, "{\"error\":{\"message\":\"refused\"}}");
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, service);
        case "DELETE" -> {
          boolean was = services.remove(service) != null;
          answer(exchange, was ? 204 : 404, "");
        }
        default -> evidence(exchange, service);
      }
    }
  }

  /** The objective in force, null when there is none. */
  public ServiceObjective objective(String name) {
    return objectives.get(name);
  }

  /** What is said of an objective from now on. */
  public void judge(String name, ObjectiveEvidence evidence) {
    judged.put(name, evidence);
  }

  /** Forgets every objective, as a control plane with an empty database does. */
  public void forgetObjectives() {
    objectives.clear();
  }

  private void handleObjective(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().substring("/fleet/v1/objectives/".length());
      if (refusal != 0) {
        answer(exchange, refusal, "{\"error\":{\"message\":\"refused\"}}");
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "PUT" ->
            objectives.put(name, json.readValue(exchange.getRequestBody(), ServiceObjective.class));
        case "DELETE" -> objectives.remove(name);
        default -> {}
      }
      var objective = objectives.get(name);
      var evidence = judged.get(name);
      if (objective == null) {
        answer(exchange, exchange.getRequestMethod().equals("DELETE") ? 204 : 404, "");
        return;
      }
      answer(
          exchange,
          200,
          json.writeValueAsString(
              evidence == null ? unjudged(objective) : of(objective, evidence)));
    }
  }

  /** The policy in force, null when there is none. */
  public PromptPolicyState policy(String name) {
    return policies.get(name);
  }

  /** What is said of a policy from now on; its version is that of the policy. */
  public void tell(String name, PromptPolicyEvidence evidence) {
    told.put(name, evidence);
  }

  private void handlePolicy(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name =
          exchange.getRequestURI().getPath().substring("/fleet/v1/prompt-policies/".length());
      if (refusal != 0) {
        answer(exchange, refusal, "{\"error\":{\"message\":\"refused\"}}");
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "PUT" ->
            policies.put(name, json.readValue(exchange.getRequestBody(), PromptPolicyState.class));
        case "DELETE" -> policies.remove(name);
        default -> {}
      }
      var policy = policies.get(name);
      if (policy == null) {
        answer(exchange, exchange.getRequestMethod().equals("DELETE") ? 204 : 404, "");
        return;
      }
      answer(exchange, 200, json.writeValueAsString(of(policy, told.get(name))));
    }
  }

  private static PromptPolicyEvidence of(
      PromptPolicyState policy, @Nullable PromptPolicyEvidence said) {
    return said == null
        ? new PromptPolicyEvidence(
            policy.uid(),
            policy.generation(),
            null,
            List.of(),
            30,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            new PromptInterception(0, 0, new Interval(0, 0, 0), 0, 0, null, null))
        : new PromptPolicyEvidence(
            policy.uid(),
            policy.generation(),
            said.takenBy(),
            said.services(),
            said.days(),
            said.verdicts(),
            said.reasons(),
            said.stages(),
            said.rules(),
            said.interception());
  }

  private static ObjectiveEvidence unjudged(ServiceObjective objective) {
    return new ObjectiveEvidence(
        objective.uid(),
        objective.generation(),
        "NoData",
        "NoEvents",
        "no event",
        null,
        0,
        0,
        null,
        null,
        null,
        null,
        null,
        null,
        0,
        List.of(),
        List.of());
  }

  private static ObjectiveEvidence of(ServiceObjective objective, ObjectiveEvidence said) {
    return new ObjectiveEvidence(
        objective.uid(),
        objective.generation(),
        said.state(),
        said.reason(),
        said.message(),
        said.evaluatedAt(),
        said.events(),
        said.bad(),
        said.current(),
        said.currentLow(),
        said.currentHigh(),
        said.budgetLeft(),
        said.value(),
        said.valueIs(),
        said.eventsPerSecond(),
        said.levels(),
        said.slices());
  }

  private void put(HttpExchange exchange, String service) throws IOException {
    var state = json.readValue(exchange.getRequestBody(), ServiceState.class);
    if (state.revisions().stream().mapToInt(ServiceState.Revision::weight).sum() != 100) {
      answer(exchange, 400, "{\"error\":{\"message\":\"weights must sum to 100\"}}");
      return;
    }
    var known = services.get(service);
    if (known != null && known.uid().equals(state.uid()) && known.sequence() >= state.sequence()) {
      answer(exchange, 409, "{\"error\":{\"code\":\"stale_generation\"}}");
      return;
    }
    services.put(service, state);
    pushed.add(new Push(service, state));
    answer(exchange, 200, "{}");
  }

  private void evidence(HttpExchange exchange, String service) throws IOException {
    var state = services.get(service);
    if (state == null) {
      answer(exchange, 404, "{}");
      return;
    }
    var nodes =
        state.nodes().stream()
            .map(
                node ->
                    new NodeEvidence(
                        node.name(),
                        true,
                        1,
                        running.getOrDefault(node.name(), 0),
                        probes.get(node.name()),
                        notReady.get(node.name())))
            .toList();
    long busy = nodes.stream().mapToLong(NodeEvidence::running).sum();
    answer(
        exchange,
        200,
        json.writeValueAsString(
            new ServiceEvidence(
                state.uid(),
                state.generation(),
                state.sequence(),
                0,
                busy,
                nodes,
                rollout(state))));
  }

  private RolloutEvidence rollout(ServiceState state) {
    if (state.rollout() == null || verdict.isEmpty()) {
      return null;
    }
    var arm = new ArmEvidence(jobs, 0, 0, 0, 0, 0, 0, null, null);
    return new RolloutEvidence(
        state.rollout().name(),
        verdict,
        "FAKE",
        jobs + " jobs of each revision.",
        verdict.equals("ROLLBACK"),
        4.75,
        1,
        1,
        clock.instant().toString(),
        null,
        null,
        arm,
        arm,
        null);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
