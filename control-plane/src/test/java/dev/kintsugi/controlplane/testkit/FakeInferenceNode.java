package dev.kintsugi.controlplane.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers like an inference node over real HTTP but generates nothing: it counts steps and hands
 * out made-up bytes. For the wiring of the dispatcher only; scripted to die, hang, fall silent,
 * corrupt and refuse.
 */
public final class FakeInferenceNode implements AutoCloseable {

  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, FakeAttempt> attempts = new ConcurrentHashMap<>();
  private final Queue<ErrorCode> refusals = new ConcurrentLinkedQueue<>();
  private final FakeFaults faults = new FakeFaults();
  private final Queue<HttpExchange> streams = new ConcurrentLinkedQueue<>();
  private final AtomicInteger corruptions = new AtomicInteger();
  private final AtomicInteger posts = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
  private final List<AttemptRequest> requests = new CopyOnWriteArrayList<>();
  private final Map<String, byte[]> checkpoints = new ConcurrentHashMap<>();
  private final AtomicInteger encodings = new AtomicInteger();
  private volatile boolean refusesCheckpoints;
  private volatile boolean lite;
  private volatile double stepSeconds = 0.05;
  private volatile boolean expertsAreQuarantined;
  private final int slots;
  private final int port;
  private volatile Duration step;
  private volatile boolean draining;
  private volatile CountDownLatch voice = new CountDownLatch(0);
  private volatile String instance = newInstance();
  private volatile ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile HttpServer server;

  /**
   * @param step how long one denoise step takes
   */
  public FakeInferenceNode(int slots, Duration step) {
    this.slots = slots;
    this.step = step;
    this.server = listen(0);
    this.port = server.getAddress().getPort();
  }

  public String address() {
    return "http://127.0.0.1:" + port;
  }

  /** The process dies: connections break, nothing listens, every attempt is gone. */
  public void die() {
    server.stop(0);
    threads.shutdownNow();
    attempts.values().forEach(FakeAttempt::stop);
    attempts.clear();
  }

  /** Another process starts at the same address. */
  public void restart() {
    instance = newInstance();
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = listen(port);
  }

  /** Open event streams break; attempts go on. */
  public void breakStreams() {
    for (HttpExchange stream = streams.poll(); stream != null; stream = streams.poll()) {
      stream.close();
    }
  }

  /** Connections are accepted but nothing is answered, as behind a cut network. */
  public void fallSilent() {
    voice = new CountDownLatch(1);
  }

  public void speakAgain() {
    voice.countDown();
  }

  /** No attempt makes any progress from here on. */
  public void hang() {
    step = Duration.ofDays(1);
  }

  public void stepsTake(Duration each) {
    step = each;
  }

  public void drain(boolean on) {
    draining = on;
  }

  /** The next attempt is refused so. */
  public void refuseNext(ErrorCode code) {
    refusals.add(code);
  }

  /** The next attempt fails so after its first step. */
  public void failNext(FailureClass failure) {
    faults.once(failure);
  }

  /** Every attempt fails so after its first step, until told otherwise. */
  public FakeInferenceNode failAlways(@Nullable FailureClass failure) {
    faults.always(failure);
    return this;
  }

  /** Every attempt at a prompt with this word ends in black frames; null for none. */
  public FakeInferenceNode failsAt(@Nullable String word) {
    faults.badWord(word);
    return this;
  }

  /** It claims this much per step for 64x64 pixels and 9 frames, however long a step takes. */
  public FakeInferenceNode claimsStepSeconds(double seconds) {
    stepSeconds = seconds;
    return this;
  }

  /** It has a smaller model beside the main one, which never fails. */
  public FakeInferenceNode withLite() {
    lite = true;
    return this;
  }

  /** Attempts on the main model fail while this expert takes part. */
  public FakeInferenceNode expertIsSick(@Nullable String expert) {
    faults.sickExpert(expert);
    return this;
  }

  /** Both experts have weight 0: only a smaller model can be run. */
  public FakeInferenceNode expertsAreQuarantined() {
    expertsAreQuarantined = true;
    return this;
  }

  /** Every attempt that starts from a checkpoint is refused, as by a node with other weights. */
  public FakeInferenceNode refusesCheckpoints() {
    refusesCheckpoints = true;
    return this;
  }

  /** Every request that began an attempt, oldest first. */
  public List<AttemptRequest> requests() {
    return requests;
  }

  /** Attempts whose frames were encoded once more. */
  public int encodings() {
    return encodings.get();
  }

  /** The next downloads are altered on the way. */
  public void corruptNext(int downloads) {
    corruptions.set(downloads);
  }

  /** Attempts started here, repeated requests not counted. */
  public int posts() {
    return posts.get();
  }

  /** The most attempts that ever ran here at once. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  public Set<String> cancelled() {
    return cancelled;
  }

  public List<String> running() {
    return attempts.values().stream().filter(FakeAttempt::runs).map(FakeAttempt::id).toList();
  }

  /** Attempts it still knows, ended ones included. */
  public Set<String> known() {
    return attempts.keySet();
  }

  /** Starts an attempt that no control plane asked for. */
  public void startOrphan(AttemptRequest request) {
    begin(request);
  }

  @Override
  public void close() {
    voice.countDown();
    die();
  }

  private static String newInstance() {
    return UUID.randomUUID().toString();
  }

  private HttpServer listen(int at) {
    try {
      HttpServer listening =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
      listening.createContext("/node/status", exchange -> answer(exchange, this::status));
      listening.createContext("/v1/videos", this::videos);
      listening.createContext("/node/checkpoints", this::takeCheckpoint);
      listening.setExecutor(threads);
      listening.start();
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private void answer(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      voice.await();
      handler.handle(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void status(HttpExchange exchange) throws IOException {
    send(
        exchange,
        200,
        FakeNodeStatus.of(
            instance, slots, draining, running(), stepSeconds, lite, expertsAreQuarantined));
  }

  private void takeCheckpoint(HttpExchange exchange) throws IOException {
    answer(
        exchange,
        one -> {
          String[] path = one.getRequestURI().getPath().split("/");
          checkpoints.put(path[3], one.getRequestBody().readAllBytes());
          one.sendResponseHeaders(201, -1);
        });
  }

  private void videos(HttpExchange exchange) throws IOException {
    answer(
        exchange,
        one -> {
          String[] path = one.getRequestURI().getPath().split("/");
          String what = one.getRequestMethod() + " " + (path.length > 4 ? path[4] : path.length);
          if (what.equals("POST 3")) {
            start(one);
            return;
          }
          FakeAttempt attempt = attempts.get(path[3]);
          if (attempt == null) {
            refuse(one, ErrorCode.VIDEO_NOT_FOUND);
            return;
          }
          switch (what) {
            case "GET 4" -> send(one, 200, attempt.last());
            case "GET events" -> stream(one, attempt);
            case "GET content" -> content(one, attempt);
            case "GET checkpoint" -> {
              byte[] bytes = attempt.checkpoint();
              one.sendResponseHeaders(200, bytes.length);
              one.getResponseBody().write(bytes);
            }
            case "POST encode" -> {
              encodings.incrementAndGet();
              attempt.encodeAgain(faults.scripted());
              send(one, 200, attempt.last());
            }
            case "POST cancel" -> {
              cancelled.add(attempt.id());
              attempt.end(FailureClass.CANCELLED);
              send(one, 200, attempt.last());
            }
            case "DELETE 4" -> {
              attempts.remove(attempt.id());
              one.sendResponseHeaders(204, -1);
            }
            default -> refuse(one, ErrorCode.NOT_FOUND);
          }
        });
  }

  private void start(HttpExchange exchange) throws IOException {
    AttemptRequest request = json.readValue(exchange.getRequestBody(), AttemptRequest.class);
    ErrorCode refusal = refusals.poll();
    if (refusal != null) {
      refuse(exchange, refusal);
      return;
    }
    String resume = request.run() == null ? null : request.run().resumeFrom();
    if (resume != null && (refusesCheckpoints || !checkpoints.containsKey(resume))) {
      refuse(exchange, ErrorCode.NOT_READY);
      return;
    }
    if (expertsAreQuarantined && !request.model().equals(FakeNodeStatus.LITE)) {
      refuse(exchange, ErrorCode.UNAVAILABLE);
      return;
    }
    synchronized (this) {
      if (!attempts.containsKey(request.id())) {
        if (running().size() >= slots) {
          refuse(exchange, ErrorCode.NO_FREE_SLOT);
          return;
        }
        begin(request);
      }
    }
    send(exchange, 200, attempts.get(request.id()).last());
  }

  private synchronized void begin(AttemptRequest request) {
    posts.incrementAndGet();
    requests.add(request);
    FakeAttempt attempt = new FakeAttempt(request, faults.next(request));
    attempts.put(request.id(), attempt);
    mostAtOnce.accumulateAndGet(running().size(), Math::max);
    threads.submit(() -> attempt.run(() -> step));
  }

  private void stream(HttpExchange exchange, FakeAttempt attempt) throws IOException {
    streams.add(exchange);
    String after = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    long seen = after == null ? -1 : Long.parseLong(after);
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      boolean ended = false;
      while (!ended) {
        for (AttemptStatus status : attempt.awaitAfter(seen)) {
          seen = status.sequence();
          ended = status.phase().terminal();
          voice.await();
          out.write(event(status));
          out.flush();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] event(AttemptStatus status) throws IOException {
    String text =
        "id: %d\nevent: %s\ndata: %s\n\n"
            .formatted(
                status.sequence(), status.phase().wireName(), json.writeValueAsString(status));
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void content(HttpExchange exchange, FakeAttempt attempt) throws IOException {
    byte[] bytes = attempt.bytes().clone();
    if (corruptions.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      bytes[0] ^= 1;
    }
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void refuse(HttpExchange exchange, ErrorCode code) throws IOException {
    send(exchange, code.status(), ErrorBody.of(code, "The fake says " + code, null));
  }

  private void send(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = json.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
