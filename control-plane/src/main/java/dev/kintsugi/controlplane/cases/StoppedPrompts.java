package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.recovery.PromptTemplate;
import dev.kintsugi.protocol.digest.Sha256;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes cases of prompts that screening rejects. One that is held is a job, and its review says
 * what became of it. However many come, memory and ledger stay small: the same prompt is one case
 * with a count, and a tenant has so many of them a day. A customer never waits for it.
 */
@Singleton
public class StoppedPrompts {

  static final String REJECTED = "PROMPT_REJECTED";

  private static final Logger LOG = LoggerFactory.getLogger(StoppedPrompts.class);
  private static final int MOST_WAITING = 1_000;
  private static final int ID_DIGITS = 32;

  private final StoppedStore store;
  private final Clock clock;
  private Map<String, Seen> waiting = new LinkedHashMap<>();

  StoppedPrompts(StoppedStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * A prompt that was stopped.
   *
   * @param service {@code namespace/name}
   * @param rules that spoke against it, the first one first; at least one
   */
  public record Stopped(
      String tenant, String service, String model, Submission submission, List<String> rules) {}

  /**
   * The same several times.
   *
   * @param id of all that differ in writing only
   */
  record Seen(String id, Stopped stopped, long times, Instant first, Instant last) {

    Seen again(Instant now) {
      return new Seen(id, stopped, times + 1, first, now);
    }
  }

  /** Returns at once and never throws. */
  public synchronized void record(Stopped stopped) {
    Instant now = clock.instant();
    String id = id(stopped);
    Seen seen = waiting.get(id);
    if (seen != null) {
      waiting.put(id, seen.again(now));
    } else if (waiting.size() < MOST_WAITING) {
      waiting.put(id, new Seen(id, stopped, 1, now, now));
    }
  }

  @Scheduled(initialDelay = "2s", fixedDelay = "${kintsugi.cases.stopped-every:2s}")
  void write() {
    for (Seen seen : taken()) {
      try {
        store.add(seen);
      } catch (DatabaseUnavailableException away) {
        LOG.debug("A stopped prompt is not recorded: {}", away.getMessage());
      } catch (RuntimeException defect) {
        LOG.error("A stopped prompt could not be recorded", defect);
      }
    }
  }

  @PreDestroy
  void stop() {
    write();
  }

  private synchronized List<Seen> taken() {
    List<Seen> taken = List.copyOf(waiting.values());
    waiting = new LinkedHashMap<>();
    return taken;
  }

  /** The prompt cannot be read from it. */
  private static String id(Stopped stopped) {
    String prompt = PromptTemplate.of(stopped.submission().prompt()).text();
    String all =
        String.join("\n", stopped.tenant(), stopped.service(), stopped.rules().getFirst(), prompt);
    return "stopped_" + Sha256.hex(all).substring(0, ID_DIGITS);
  }
}
