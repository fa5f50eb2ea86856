package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;

/** What arrived is not what was announced: another length or another digest. */
public final class ArtifactMismatchException extends IOException {

  private static final long serialVersionUID = 1L;

  ArtifactMismatchException(String message) {
    super(message);
  }
}
