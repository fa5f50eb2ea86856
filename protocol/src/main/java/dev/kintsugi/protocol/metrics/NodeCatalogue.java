package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import dev.kintsugi.protocol.metrics.MetricSpec.Source;
import java.util.List;

/** What an inference node exposes. */
public final class NodeCatalogue {

  public static final MetricSpec NODE_ATTEMPTS =
      counter("kintsugi_node_attempts", "Attempts ended on this node, by outcome.", "outcome")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_STEP_DURATION =
      histogram("kintsugi_node_step_duration_seconds", "One denoise step.", "expert")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_STAGE_DURATION =
      histogram("kintsugi_node_stage_duration_seconds", "One stage of an attempt.", "stage")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EXPERT_WEIGHT =
      gauge("kintsugi_node_expert_weight", "1 in use, 0 quarantined.", "expert")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EXPERT_RESULTS =
      counter("kintsugi_node_expert_results", "Results of an expert, by kind.", "expert", "result")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_READY =
      gauge("kintsugi_node_ready", "1 when warm and not draining.").of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_USED =
      gauge("kintsugi_node_memory_used_bytes", "Device memory in use.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_TOTAL =
      gauge("kintsugi_node_memory_total_bytes", "Device memory there is.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_UTILIZATION =
      gauge("kintsugi_node_utilization_ratio", "Share of the device in use, 0 to 1.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_TEMPERATURE =
      gauge("kintsugi_node_temperature_celsius", "Temperature of the GPU.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_POWER =
      gauge("kintsugi_node_power_watts", "Power the GPU draws.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PCIE =
      gauge(
              "kintsugi_node_pcie_bytes_per_second",
              "Traffic between GPU and machine, both directions.",
              "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_ECC_ERRORS =
      gauge(
              "kintsugi_node_ecc_errors",
              "Uncorrected memory errors since the driver was loaded.",
              "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_DISK_FREE =
      gauge("kintsugi_node_disk_free_bytes", "Space left in the work directory.")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PRUNED =
      counter(
              "kintsugi_node_pruned",
              "Results and checkpoints removed from the work directory.",
              "reason")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_GROWTH =
      gauge(
              "kintsugi_node_memory_growth_bytes_per_job",
              "How memory in use after a job grows from job to job.")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PROMPT_DRIFT =
      gauge(
              "kintsugi_node_prompt_drift",
              "How far the last prompts are from the usual ones, which are at 1.",
              "statistic")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PROMPT_DRIFT_LIMIT =
      gauge("kintsugi_node_prompt_drift_limit", "Above it prompts have drifted.", "statistic")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EVENTS =
      counter("kintsugi_node_events", "What the node's watchers noticed, by kind.", "kind")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_QUALITY_VERDICTS =
      counter(
              "kintsugi_node_quality_verdicts",
              "Clips judged, by verdict (passed, below_normal or the defect) and the statistic that"
                  + " decided.",
              "verdict",
              "statistic")
          .of(Source.INFERENCE_NODE);

  private NodeCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(
        NODE_ATTEMPTS,
        NODE_STEP_DURATION,
        NODE_STAGE_DURATION,
        NODE_EXPERT_WEIGHT,
        NODE_EXPERT_RESULTS,
        NODE_READY,
        NODE_MEMORY_USED,
        NODE_MEMORY_TOTAL,
        NODE_UTILIZATION,
        NODE_TEMPERATURE,
        NODE_POWER,
        NODE_PCIE,
        NODE_ECC_ERRORS,
        NODE_DISK_FREE,
        NODE_PRUNED,
        NODE_MEMORY_GROWTH,
        NODE_PROMPT_DRIFT,
        NODE_PROMPT_DRIFT_LIMIT,
        NODE_EVENTS,
        NODE_QUALITY_VERDICTS);
  }
}
