package dev.kintsugi.node.warmup;

import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import java.util.List;
import java.util.Locale;

/**
 * What the HTTP face needs to know of the loaded model.
 *
 * @param digest SHA-256 of the manifest without its quality limits
 * @param lite the degraded model, with one transformer for the whole schedule
 * @param experts names, as in step events
 * @param guidanceScale2 default of the low-noise expert
 */
public record ModelCard(
    String name,
    String version,
    String digest,
    boolean lite,
    List<String> experts,
    ModelLimits limits,
    double guidanceScale2,
    SchedulerKind scheduler,
    double flowShift) {

  static ModelCard of(VideoModel model) {
    ModelManifest manifest = model.manifest();
    ModelManifest.Defaults defaults = manifest.defaults();
    ModelManifest.Limits limits = manifest.limits();
    return new ModelCard(
        manifest.name(),
        manifest.version(),
        model.digest(),
        manifest.boundaryRatio() == null,
        manifest.experts().stream().map(ModelManifest.ExpertFile::name).toList(),
        new ModelLimits(
            limits.maxWidth(),
            limits.maxHeight(),
            limits.maxFrames(),
            limits.maxSteps(),
            defaults.width() + "x" + defaults.height(),
            defaults.numFrames(),
            defaults.numInferenceSteps(),
            defaults.guidanceScale(),
            defaults.fps()),
        defaults.guidanceScale2(),
        SchedulerKind.valueOf(manifest.scheduler().kind().toUpperCase(Locale.ROOT)),
        manifest.scheduler().flowShift());
  }
}
