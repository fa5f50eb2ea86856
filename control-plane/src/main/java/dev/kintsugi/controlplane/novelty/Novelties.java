package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.novelty.FamiliarityStore.Standing;
import dev.kintsugi.core.novelty.Fit;
import dev.kintsugi.core.novelty.Novelty;
import dev.kintsugi.core.novelty.NoveltyPolicy;
import dev.kintsugi.core.novelty.Outlook;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether prompts are unlike those that went well, from memory. */
@Singleton
@Requires(notEnv = "command")
public class Novelties {

  private static final Logger LOG = LoggerFactory.getLogger(Novelties.class);

  private final FamiliarityStore store;
  private final PromptEmbeddings embeddings;
  private final NoveltyPolicy policy;
  private volatile Map<Subject, Fit> fits = Map.of();
  private volatile Map<Subject, Outlook> outlooks = Map.of();

  Novelties(FamiliarityStore store, PromptEmbeddings embeddings, NoveltySettings settings) {
    this.store = store;
    this.embeddings = embeddings;
    this.policy = settings.policy();
  }

  /**
   * @param service {@code namespace/name}
   * @return empty where the prompt cannot be embedded
   */
  public Optional<Novelty> of(String service, String prompt) {
    return embeddings
        .ofBeginning(prompt)
        .map(
            embedding ->
                outlooks
                    .getOrDefault(
                        Subject.of(service, embedding.language()),
                        new Outlook.Unknown(0, policy.least()))
                    .of(embedding.vector()));
  }

  /** One at a time: what was read earlier must not take the place of what was read later. */
  @Scheduled(initialDelay = "3s", fixedDelay = "${kintsugi.novelty.refresh-every:15s}")
  synchronized void refresh() {
    try {
      Map<Subject, Fit> fitted = new HashMap<>();
      Map<Subject, Outlook> seen = new HashMap<>();
      for (Standing standing : store.standings()) {
        Optional<Fit> fit = fit(standing);
        fit.ifPresent(current -> fitted.put(standing.subject(), current));
        seen.put(
            standing.subject(),
            fit.map(current -> current.outlook(policy))
                .orElseGet(() -> new Outlook.Unknown(standing.seen(), policy.least())));
      }
      fits = fitted;
      outlooks = seen;
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Prompts are judged as before: {}", away.getMessage());
    }
  }

  /** The large part is read once. */
  private Optional<Fit> fit(Standing standing) {
    Long fitted = standing.fitted();
    float[] distances = standing.distances();
    if (fitted == null || distances == null) {
      return Optional.empty();
    }
    Fit known = fits.get(standing.subject());
    return known != null && known.seen() == fitted
        ? Optional.of(new Fit(fitted, known.ellipsoid(), distances))
        : store.current(standing.subject());
  }
}
