package dev.kintsugi.node.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * An attempt on the wire: every field of {@link AttemptStatus}, and the rest of the 13 fields of
 * the Video object, so that a plain OpenAI client can use a node directly.
 */
@Singleton
final class AttemptViews {
  private final ObjectMapper json;
  private final NodeSettings settings;

  AttemptViews(ObjectMapper json, NodeSettings settings) {
    this.json = json;
    this.settings = settings;
  }

  ObjectNode view(Attempt attempt) {
    AttemptStatus status = attempt.status();
    AttemptRequest request = attempt.job().request();
    Optional<Instant> finished = attempt.finishedAt();
    ObjectNode view = json.valueToTree(status);
    view.put("model", request.model());
    view.put("created_at", attempt.createdAt().getEpochSecond());
    view.put("completed_at", finished.map(Instant::getEpochSecond).orElse(null));
    view.put(
        "expires_at", finished.map(f -> f.plus(settings.keep()).getEpochSecond()).orElse(null));
    view.put("prompt", request.prompt());
    view.put("size", request.size());
    view.put("seconds", seconds(request));
    view.putNull("remixed_from_video_id");
    if (status.error() == null) {
      view.putNull("error");
    }
    return view;
  }

  private static String seconds(AttemptRequest request) {
    double seconds = (double) request.numFrames() / request.fps();
    String text = String.format(Locale.ROOT, "%.3f", seconds);
    return text.replaceAll("\\.?0+$", "");
  }
}
