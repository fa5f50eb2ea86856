package dev.kintsugi.controlplane.observability;

import java.util.Optional;

/** Something without which requests cannot be served. */
public interface ReadinessCheck {

  /** Key in the answer. */
  String name();

  /** One sentence while it is missing; answers within a second or two. */
  Optional<String> problem();
}
