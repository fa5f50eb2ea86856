package dev.kintsugi.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Customers that always have a job each under way, from the start to {@link #close}. */
final class Traffic implements AutoCloseable {
  private static final AtomicInteger TAKE = new AtomicInteger(50_000);
  private static final Set<String> OPEN = Set.of("queued", "in_progress");

  private final Api api;
  private final Queue<JsonNode> answers = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> refused = new ConcurrentLinkedQueue<>();
  private final List<Thread> customers = new ArrayList<>();
  private final boolean patient;

  /** A customer holds one while a job of theirs is under way. */
  private final Semaphore jobs;

  private boolean resting;
  private volatile boolean closing;

  Traffic(Api api, int count) {
    this(api, count, false);
  }

  /** Customers that try again when the API is away, as the OpenAI clients do. */
  static Traffic patient(Api api, int count) {
    return new Traffic(api, count, true);
  }

  private Traffic(Api api, int count, boolean patient) {
    this.api = api;
    this.patient = patient;
    this.jobs = new Semaphore(count, true);
    for (int i = 0; i < count; i++) {
      customers.add(Thread.ofVirtual().name("customer-" + i).start(this::buy));
    }
  }

  /** Jobs that have ended. */
  List<JsonNode> answers() {
    return List.copyOf(answers);
  }

  /** Waits until so many more jobs have ended. */
  void awaitAnswers(int more) {
    int before = answers.size();
    await(more + " more answers")
        .atMost(Duration.ofMinutes(8))
        .until(() -> answers.size() >= before + more);
  }

  /** Waits for the jobs under way, and lets nobody ask for another until {@link #goOn}. */
  void rest() throws InterruptedException {
    jobs.acquire(customers.size());
    resting = true;
  }

  void goOn() {
    resting = false;
    jobs.release(customers.size());
  }

  /** What customers met instead of an accepted job. */
  List<Throwable> refused() {
    return List.copyOf(refused);
  }

  private void buy() {
    while (!closing) {
      try {
        jobs.acquire();
        try {
          buyOne();
        } finally {
          jobs.release();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | AssertionError e) {
        refused.add(e);
        return;
      }
    }
  }

  private void buyOne() throws InterruptedException {
    if (!closing) {
      answers.add(answer(submit()));
    }
  }

  private String submit() throws InterruptedException {
    while (true) {
      try {
        return api.submit(Jobs.small(TAKE.incrementAndGet()));
      } catch (RuntimeException | AssertionError e) {
        if (!patient) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  private JsonNode answer(String id) throws InterruptedException {
    while (true) {
      try {
        JsonNode video = api.video(id);
        if (!OPEN.contains(video.path("status").asText("queued"))) {
          return video;
        }
      } catch (RuntimeException | AssertionError e) {
        // The control plane is away for a moment: the job is not.
      }
      Thread.sleep(100);
    }
  }

  /** Waits for the jobs under way. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    if (resting) {
      goOn();
    }
    for (Thread customer : customers) {
      customer.join();
    }
  }
}
