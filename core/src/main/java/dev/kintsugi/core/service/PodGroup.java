package dev.kintsugi.core.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The pods of one revision in one pool: one Deployment.
 *
 * @param replicas pods asked for now, by whoever scaled it last
 * @param drainingSince when its nodes were first marked as draining; null while they are not
 */
public record PodGroup(Key key, int replicas, @Nullable Instant drainingSince) {

  /** Identity of a group within its service. */
  public record Key(String revision, String pool) {}
}
