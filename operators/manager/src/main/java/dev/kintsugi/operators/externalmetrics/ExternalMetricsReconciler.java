package dev.kintsugi.operators.externalmetrics;

import dev.kintsugi.core.tls.CertificateRenewal.Decision;
import dev.kintsugi.core.tls.CertificateRenewal.Policy;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.kube.Cluster;
import io.fabric8.kubernetes.api.model.APIService;
import io.fabric8.kubernetes.api.model.APIServiceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the certificate of the External Metrics API, tells API servers whom to expect there
 * (caBundle of the APIService) and the control plane whom to answer (the front proxy's authority).
 * The APIService itself is the chart's. Everything is looked at again every ten hours, the
 * framework's default.
 */
@Singleton
@Requires(property = "kintsugi.operator.external-metrics", notEquals = "false")
@ControllerConfiguration(
    name = "externalmetrics",
    generationAwareEventProcessing = false,
    informer = @Informer(labelSelector = ExternalMetricsReconciler.OURS))
public class ExternalMetricsReconciler implements Reconciler<APIService> {

  public static final String SECRET = "kintsugi-external-metrics";

  static final String OURS = "app.kubernetes.io/part-of=kintsugi";

  private static final Logger LOG = LoggerFactory.getLogger(ExternalMetricsReconciler.class);
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
  private static final Duration SERVER_LIFE = Duration.ofDays(90);

  private final Cluster cluster;
  private final String namespace;
  private final Clock clock;

  public ExternalMetricsReconciler(Cluster cluster, OperatorSettings settings, Clock clock) {
    this.cluster = cluster;
    this.namespace = settings.namespace();
    this.clock = clock;
  }

  @Override
  public UpdateControl<APIService> reconcile(APIService service, Context<APIService> context) {
    Instant now = clock.instant();
    Optional<FrontProxy> proxy = cluster.extensionAuthentication().flatMap(FrontProxy::of);
    if (proxy.isEmpty()) {
      LOG.warn(
          "The cluster publishes no front proxy authority: its API servers run without"
              + " --requestheader-client-ca-file, so no autoscaler can read our metrics");
      return UpdateControl.noUpdate();
    }
    Policy policy = new Policy(names(service), AUTHORITY_LIFE, SERVER_LIFE);
    Map<String, String> held =
        cluster.secret(namespace, SECRET).map(Secret::getData).orElse(Map.of());
    ServingKeys before = ServingKeys.read(held);
    Decision due = ServingKeys.due(before, policy, now);
    ServingKeys keys = ServingKeys.renewed(before, due, policy, now);
    if (!(due instanceof Decision.Keep)) {
      LOG.info("The certificate of the external metrics API is made anew: {}", due);
    }
    Map<String, String> wanted = encoded(keys, proxy.get());
    if (!wanted.equals(held)) {
      cluster.apply(secret(wanted), Optional.empty(), context);
    }
    String bundle = encode(keys.bundle());
    if (!bundle.equals(service.getSpec().getCaBundle())) {
      cluster.apply(trusting(service, bundle), Optional.empty(), context);
    }
    return UpdateControl.noUpdate();
  }

  /** What API servers call it. */
  private static Set<String> names(APIService service) {
    var reference = Objects.requireNonNull(service.getSpec().getService());
    String name = reference.getName() + "." + reference.getNamespace() + ".svc";
    return Set.of(name, name + ".cluster.local");
  }

  private static Map<String, String> encoded(ServingKeys keys, FrontProxy proxy) {
    Map<String, String> data = new HashMap<>();
    keys.texts().forEach((key, text) -> data.put(key, encode(text)));
    proxy.texts().forEach((key, text) -> data.put(key, encode(text)));
    return data;
  }

  private static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private Secret secret(Map<String, String> data) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(SECRET)
        .withNamespace(namespace)
        .addToLabels("app.kubernetes.io/part-of", "kintsugi")
        .addToLabels("app.kubernetes.io/managed-by", "kintsugi")
        .endMetadata()
        .withType("Opaque")
        .withData(data)
        .build();
  }

  /** Only the one field that is ours. */
  private static APIService trusting(APIService service, String bundle) {
    return new APIServiceBuilder()
        .withNewMetadata()
        .withName(service.getMetadata().getName())
        .endMetadata()
        .withNewSpec()
        .withCaBundle(bundle)
        .endSpec()
        .build();
  }
}
