package dev.kintsugi.core.service;

import java.time.Instant;

/** A single node that gets no new job because its group becomes smaller. */
public record NodeDrain(String node, PodGroup.Key group, Instant since) {}
