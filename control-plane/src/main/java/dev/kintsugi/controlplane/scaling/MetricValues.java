package dev.kintsugi.controlplane.scaling;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.scaling.ServiceLoads.Reading;
import dev.kintsugi.core.scaling.LabelSelector;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers in the words of {@code external.metrics.k8s.io/v1beta1}. Pure. */
final class MetricValues {

  static final String GROUP = "external.metrics.k8s.io";
  static final String GROUP_VERSION = GROUP + "/v1beta1";
  private static final String LIST = "ExternalMetricValueList";

  private MetricValues() {}

  /** A list of values. */
  record ValueList(
      @JsonProperty("kind") String kind,
      @JsonProperty("apiVersion") String apiVersion,
      @JsonProperty("metadata") Map<String, String> metadata,
      @JsonProperty("items") List<Value> items) {}

  /**
   * One value.
   *
   * @param timestamp RFC 3339
   * @param windowSeconds it was measured over; null for a value of the moment
   * @param value a Kubernetes quantity
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Value(
      @JsonProperty("metricName") String metricName,
      @JsonProperty("metricLabels") Map<String, String> metricLabels,
      @JsonProperty("timestamp") String timestamp,
      @JsonProperty("window") @Nullable Long windowSeconds,
      @JsonProperty("value") String value) {}

  /** What the group serves. */
  record ResourceList(
      @JsonProperty("kind") String kind,
      @JsonProperty("apiVersion") String apiVersion,
      @JsonProperty("groupVersion") String groupVersion,
      @JsonProperty("resources") List<Resource> resources) {}

  /** One metric as a resource. */
  record Resource(
      @JsonProperty("name") String name,
      @JsonProperty("singularName") String singularName,
      @JsonProperty("namespaced") boolean namespaced,
      @JsonProperty("kind") String kind,
      @JsonProperty("verbs") List<String> verbs) {}

  /** A refusal. */
  record Status(
      @JsonProperty("kind") String kind,
      @JsonProperty("apiVersion") String apiVersion,
      @JsonProperty("status") String status,
      @JsonProperty("message") String message,
      @JsonProperty("reason") String reason,
      @JsonProperty("code") int code) {

    static Status of(int code, String reason, String message) {
      return new Status("Status", "v1", "Failure", message, reason, code);
    }
  }

  static ResourceList resources() {
    return new ResourceList(
        "APIResourceList",
        "v1",
        GROUP_VERSION,
        Arrays.stream(ExternalMetric.values())
            .map(metric -> new Resource(metric.wireName(), "", true, LIST, List.of("get")))
            .toList());
  }

  static ValueList values(
      ExternalMetric metric,
      List<Reading> readings,
      LabelSelector selector,
      Duration window,
      Instant now) {
    Long seconds = metric == ExternalMetric.VIDEO_QPS ? window.toSeconds() : null;
    return new ValueList(
        LIST,
        GROUP_VERSION,
        Map.of(),
        readings.stream()
            .filter(reading -> selector.matches(labels(reading)))
            .map(
                reading ->
                    new Value(
                        metric.wireName(),
                        labels(reading),
                        now.truncatedTo(ChronoUnit.SECONDS).toString(),
                        seconds,
                        quantity(reading.value())))
            .toList());
  }

  private static Map<String, String> labels(Reading reading) {
    return Map.of("service", reading.service().name(), "model", reading.service().state().model());
  }

  /** In thousandths, which is as fine as an autoscaler reads. */
  static String quantity(double value) {
    long thousandths = Math.round(value * 1000);
    return thousandths % 1000 == 0 ? Long.toString(thousandths / 1000) : thousandths + "m";
  }
}
