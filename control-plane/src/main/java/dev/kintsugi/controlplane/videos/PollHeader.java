package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.fleet.ModelCatalogue;
import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.core.admission.PollHint;
import dev.kintsugi.protocol.video.VideoStatus;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Answers with a video, and tells clients that poll when to come back. */
@Singleton
final class PollHeader {

  static final String NAME = "openai-poll-after-ms";

  private static final double DAY = 86_400;

  private final JobQueue queue;
  private final ModelCatalogue models;

  PollHeader(JobQueue queue, ModelCatalogue models) {
    this.queue = queue;
    this.models = models;
  }

  <T> MutableHttpResponse<T> respond(Job job, T body) {
    MutableHttpResponse<T> response = HttpResponse.ok(body);
    if (!job.status().terminal()) {
      long millis = (long) (1000 * Math.min(secondsLeft(job), DAY));
      response.header(NAME, Long.toString(PollHint.millis(Duration.ofMillis(millis))));
    }
    return response;
  }

  private double secondsLeft(Job job) {
    if (job.held()) {
      return DAY;
    }
    double own = PollHint.secondsLeft(job.cost(), job.progress());
    if (job.status() != VideoStatus.QUEUED) {
      return own;
    }
    int slots =
        models
            .find(job.tenant(), job.model())
            .filter(model -> model.service().equals(job.service()))
            .map(ServedModel::slots)
            .orElse(1);
    return own + queue.ahead(job).cost() / Math.max(1, slots);
  }
}
