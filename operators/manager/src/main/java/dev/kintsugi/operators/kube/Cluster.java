package dev.kintsugi.operators.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.SSABasedGenericKubernetesResourceMatcher;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every write this operator makes to a cluster. */
@Singleton
public class Cluster {

  /** Owner of the fields we apply; anyone else's fields are left alone. */
  public static final String FIELD_MANAGER = "kintsugi-operator";

  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNPROCESSABLE = 422;
  private static final int NOTE_LIMIT = 1024;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;

  public Cluster(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Makes the object so by server-side apply, unless the fields we own already are.
   *
   * @param actual as the cache has it
   * @return whether something was written
   * @throws RefusedException when the API server finds the object invalid
   */
  @SuppressWarnings("unchecked")
  public <T extends HasMetadata> boolean apply(
      T desired, Optional<? extends HasMetadata> actual, Context<?> context) {
    if (actual.isPresent()
        && SSABasedGenericKubernetesResourceMatcher.<T>getInstance()
            .matches((T) actual.get(), desired, context)) {
      return false;
    }
    try {
      client.resource(desired).patch(forced().build());
      return true;
    } catch (KubernetesClientException e) {
      throw refusal(e);
    }
  }

  /** Whether the API server knows a kind; unknown while it cannot be asked, which is no. */
  public boolean serves(String apiVersion, String kind) {
    try {
      var resources = client.getApiResources(apiVersion);
      return resources != null
          && resources.getResources().stream().anyMatch(known -> known.getKind().equals(kind));
    } catch (KubernetesClientException e) {
      LOG.debug("{} could not be looked up: {}", apiVersion, e.getMessage());
      return false;
    }
  }

  /** A Secret by its name; empty when there is none. */
  public Optional<Secret> secret(String namespace, String name) {
    return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get());
  }

  /** What API servers publish for those they pass requests on to. */
  public Optional<Map<String, String>> extensionAuthentication() {
    return Optional.ofNullable(
            client
                .configMaps()
                .inNamespace("kube-system")
                .withName("extension-apiserver-authentication")
                .get())
        .map(ConfigMap::getData);
  }

  /** What the API server would say of an object; empty when it would take it. */
  public List<Refusal> refusals(HasMetadata desired) {
    try {
      client.resource(desired).patch(forced().withDryRun(List.of("All")).build());
      return List.of();
    } catch (KubernetesClientException e) {
      if (refusal(e) instanceof RefusedException refused) {
        return refused.refusals();
      }
      throw e;
    }
  }

  /** Sets an annotation beside what we apply; null removes it. */
  public void annotate(HasMetadata object, String annotation, @Nullable String value) {
    Map<String, @Nullable String> one = new HashMap<>();
    one.put(annotation, value);
    annotate(object, one);
  }

  /** Sets several annotations beside what we apply; null removes one. */
  public void annotate(HasMetadata object, Map<String, @Nullable String> annotations) {
    ifThere(() -> merge(object, Map.of("metadata", Map.of("annotations", annotations))));
  }

  /** Sets how many pods a Deployment has, and nothing else of it. */
  public void scale(Deployment deployment, int replicas) {
    ifThere(() -> merge(deployment, Map.of("spec", Map.of("replicas", replicas))));
  }

  /** Changes some fields and leaves the others. */
  public <T extends HasMetadata> T merge(T object, Map<String, ?> fields) {
    return client
        .resource(object)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(FIELD_MANAGER)
                .build(),
            json(fields));
  }

  /**
   * Replaces parts of a spec that nobody changed meanwhile.
   *
   * @throws StaleException when somebody did
   */
  public void replaceSpec(HasMetadata object, Map<String, ?> fields) {
    List<Map<String, ?>> operations = new ArrayList<>();
    operations.add(
        Map.of(
            "op",
            "test",
            "path",
            "/metadata/resourceVersion",
            "value",
            object.getMetadata().getResourceVersion()));
    fields.forEach(
        (field, value) ->
            operations.add(Map.of("op", "add", "path", "/spec/" + field, "value", value)));
    fresh(
        object,
        () ->
            client
                .resource(object)
                .patch(
                    new PatchContext.Builder()
                        .withPatchType(PatchType.JSON)
                        .withFieldManager(FIELD_MANAGER)
                        .build(),
                    json(operations)));
  }

  /**
   * Creates the object.
   *
   * @throws StaleException when one of that name is there: what we decided on is too old
   */
  public <T extends HasMetadata> T create(T object) {
    return fresh(object, () -> client.resource(object).create());
  }

  /**
   * Writes the status of an object that nobody changed since it was read.
   *
   * @param object with its status and the resource version that was read
   * @throws StaleException when somebody did
   */
  public <T extends HasMetadata> T patchStatus(T object) {
    return fresh(
        object, () -> client.resource(object).subresource("status").patch(forced().build()));
  }

  /** With nulls, which take fields away. */
  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a patch could not be written as JSON", e);
    }
  }

  private static <T> T fresh(HasMetadata object, Supplier<T> call) {
    try {
      return call.get();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        throw new StaleException(
            object.getKind()
                + " "
                + object.getMetadata().getName()
                + " is newer than what was read");
      }
      throw e;
    }
  }

  /** Deletes the object; what it owns follows in the background. */
  public void delete(HasMetadata object) {
    ifThere(() -> client.resource(object).delete());
  }

  /** An event is a courtesy: a cluster that takes none does not stop us. */
  public void tell(HasMetadata about, Announcement announcement, Instant now) {
    var metadata = about.getMetadata();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withGenerateName(metadata.getName() + "-")
            .withNamespace(metadata.getNamespace())
            .withLabels(Map.of("app.kubernetes.io/managed-by", "kintsugi"))
            .endMetadata()
            .withType(announcement.warning() ? "Warning" : "Normal")
            .withReason(announcement.reason())
            .withAction(announcement.action())
            .withNote(shortened(announcement.note()))
            .withReportingController("kintsugi.dev/operator")
            .withReportingInstance(FIELD_MANAGER)
            .withEventTime(new MicroTime(MICROS.format(now)))
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withNamespace(metadata.getNamespace())
                    .withName(metadata.getName())
                    .withUid(metadata.getUid())
                    .build())
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      LOG.debug("event {} was not taken: {}", announcement.reason(), e.getMessage());
    }
  }

  private static String shortened(String note) {
    return note.length() <= NOTE_LIMIT ? note : note.substring(0, NOTE_LIMIT - 1) + "…";
  }

  private static void ifThere(Runnable call) {
    try {
      call.run();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private static PatchContext.Builder forced() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(FIELD_MANAGER)
        .withForce(true);
  }

  private static RuntimeException refusal(KubernetesClientException e) {
    boolean invalid =
        e.getCode() == UNPROCESSABLE || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST;
    if (!invalid || e.getStatus() == null) {
      return e;
    }
    var details = e.getStatus().getDetails();
    List<StatusCause> causes = details == null ? List.of() : details.getCauses();
    return new RefusedException(
        causes.isEmpty()
            ? List.of(new Refusal("spec", e.getStatus().getMessage()))
            : causes.stream()
                .map(cause -> new Refusal(cause.getField(), cause.getMessage()))
                .distinct()
                .toList());
  }

  /** One field the API server does not take. */
  public record Refusal(String field, String message) {}

  /** Something for {@code kubectl describe} to show. */
  public record Announcement(boolean warning, String reason, String action, String note) {}

  /** What was decided on is older than what the API server has: look again. */
  public static final class StaleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StaleException(String message) {
      super(message);
    }
  }

  /** The API server finds an object invalid: trying again would not help. */
  public static final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final transient List<Refusal> refusals;

    RefusedException(List<Refusal> refusals) {
      super(refusals.toString());
      this.refusals = refusals;
    }

    public List<Refusal> refusals() {
      return refusals;
    }
  }
}
