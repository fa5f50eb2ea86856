package dev.kintsugi.operators.kube;

import dev.kintsugi.operators.OperatorSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the reconcilers while this replica leads. */
@Singleton
public class OperatorRuntime {

  public static final String LEASE = "kintsugi-operator";

  /**
   * Objects that a cache asks for at once when it is filled. Without a limit the client takes
   * whatever state the API server happens to have in its own cache, which may be of seconds ago: an
   * operator that takes over then deletes what the one before it has just made.
   */
  public static final long LIST_PAGE = 500;

  /**
   * More only wait for each other at the API server: a thousand services that all want something,
   * as after an upgrade, let every request run into its timeout, and the renewal of the lead too.
   */
  private static final int PASSES_AT_ONCE = 16;

  private static final Logger LOG = LoggerFactory.getLogger(OperatorRuntime.class);
  private static final Duration STOP_BOUND = Duration.ofSeconds(10);
  private static final Duration RESYNC = Duration.ofMinutes(5);

  private final KubernetesClient client;
  private final OperatorSettings settings;
  private final Metrics metrics;
  private final List<Reconciler<? extends HasMetadata>> reconcilers;
  private @Nullable Running operator;
  private volatile boolean started;
  private volatile boolean failed;

  private record Running(Operator operator, ExecutorService passes) {}

  public OperatorRuntime(
      KubernetesClient client,
      OperatorSettings settings,
      Metrics metrics,
      List<Reconciler<? extends HasMetadata>> reconcilers) {
    this.client = client;
    this.settings = settings;
    this.metrics = metrics;
    this.reconcilers = reconcilers;
  }

  /** Starts; with leader election the reconcilers run once this replica leads. */
  public synchronized void start() {
    var passes = Executors.newFixedThreadPool(PASSES_AT_ONCE, Thread.ofVirtual().factory());
    var made = new Operator(overrider -> configure(overrider, passes));
    reconcilers.forEach(reconciler -> register(made, reconciler));
    operator = new Running(made, passes);
    // Not in the thread below, which may get its turn only after a stop.
    started = true;
    // The election blocks until this replica leads, which may be never.
    Thread.ofVirtual().name("operator-start").start(() -> startNow(made));
  }

  private void startNow(Operator made) {
    try {
      made.start();
      LOG.info("reconciling as {}", settings.identity());
    } catch (RuntimeException e) {
      failed = true;
      LOG.error("the operator could not start", e);
    }
  }

  private void configure(ConfigurationServiceOverrider overrider, ExecutorService passes) {
    overrider
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withMetrics(metrics)
        .withExecutorService(passes)
        .withReconciliationTerminationTimeout(Duration.ofSeconds(5))
        // A definition that was installed a moment ago is not served yet: the caches keep trying.
        .withStopOnInformerErrorDuringStartup(false)
        .withUseSSAToPatchPrimaryResource(true);
    if (settings.leaderElection()) {
      overrider.withLeaderElectionConfiguration(
          new LeaderElectionConfiguration(
              LEASE,
              settings.namespace(),
              settings.leaseDuration(),
              settings.leaseDuration().multipliedBy(2).dividedBy(3),
              LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
              settings.identity(),
              new LeaderCallbacks(
                  () -> LOG.info("{} leads", settings.identity()), this::lostLead, leader -> {}),
              false));
    }
  }

  /**
   * Another replica may lead already: only the end of this process ends its reconciles for sure.
   */
  private void lostLead() {
    if (started) {
      LOG.error("the lead was lost without having been given up; ending");
      Runtime.getRuntime().exit(1);
    }
  }

  private static <P extends HasMetadata> void register(
      Operator operator, Reconciler<P> reconciler) {
    operator.register(
        reconciler,
        overrider ->
            overrider
                .withFieldManager(Cluster.FIELD_MANAGER)
                .withInformerListLimit(LIST_PAGE)
                .withItemStore(new LeanStore<>())
                .withRetry(
                    new GenericRetry()
                        .withoutMaxAttempts()
                        .setInitialInterval(1_000)
                        .setIntervalMultiplier(2)
                        .setMaxInterval(30_000))
                .withReconciliationMaxInterval(RESYNC));
  }

  /** Its start did not fail and every cache is fed. */
  public boolean healthy() {
    var current = operator;
    return !failed
        && (current == null
            || !current.operator().getRuntimeInfo().isStarted()
            || current.operator().getRuntimeInfo().allEventSourcesAreHealthy());
  }

  public boolean started() {
    return started && !failed;
  }

  /** Stops within a bound: the framework may wait for a lease it cannot reach. */
  @PreDestroy
  public void stop() throws InterruptedException {
    Running current;
    synchronized (this) {
      current = operator;
      operator = null;
      started = false;
    }
    if (current != null) {
      var stopping = Thread.ofVirtual().name("operator-stop").start(() -> stopNow(current));
      if (!stopping.join(STOP_BOUND)) {
        LOG.warn("the operator did not stop within {} s", STOP_BOUND.toSeconds());
      }
    }
  }

  private void stopNow(Running current) {
    current.operator().stop();
    if (settings.leaderElection() && current.passes().isTerminated()) {
      giveUpLead();
    }
  }

  /** The next replica need not wait until the lease has run out; if this fails it does. */
  private void giveUpLead() {
    try {
      var lease = client.leases().inNamespace(settings.namespace()).withName(LEASE).get();
      if (lease != null && settings.identity().equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity("");
        client.resource(lease).update();
      }
    } catch (KubernetesClientException e) {
      LOG.info("the lead could not be given up: {}", e.getMessage());
    }
  }
}
