package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorCode;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;

/** Finds a tenant's job, or refuses in the same words whether it is another's or nobody's. */
@Singleton
final class Jobs {

  private static final Pattern ID = Pattern.compile("video_[0-9a-f]{32}");

  private final JobQueue queue;

  Jobs(JobQueue queue) {
    this.queue = queue;
  }

  static boolean wellFormed(String id) {
    return ID.matcher(id).matches();
  }

  Job require(Tenant tenant, String id) {
    if (!wellFormed(id)) {
      throw missing(id);
    }
    return queue.find(tenant.name(), id).orElseThrow(() -> missing(id));
  }

  static ApiException missing(String id) {
    String shown = wellFormed(id) ? "'" + id + "'" : "of this id";
    return ApiException.of(
        ErrorCode.VIDEO_NOT_FOUND, "There is no video " + shown + ".", "video_id");
  }
}
