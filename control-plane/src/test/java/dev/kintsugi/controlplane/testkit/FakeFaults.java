package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** How the attempts of a {@link FakeInferenceNode} end badly. Its smaller model never fails. */
final class FakeFaults {

  private final Queue<FailureClass> once = new ConcurrentLinkedQueue<>();
  private volatile @Nullable FailureClass always;
  private volatile @Nullable String sickExpert;
  private volatile @Nullable String badWord;

  void once(FailureClass failure) {
    once.add(failure);
  }

  void always(@Nullable FailureClass failure) {
    always = failure;
  }

  void sickExpert(@Nullable String expert) {
    sickExpert = expert;
  }

  void badWord(@Nullable String word) {
    badWord = word;
  }

  /** The next of those that happen once. */
  @Nullable FailureClass scripted() {
    return once.poll();
  }

  /** How this attempt fails; null lets it complete. */
  @Nullable FailureClass next(AttemptRequest request) {
    if (request.model().equals(FakeNodeStatus.LITE)) {
      return null;
    }
    AttemptOptions run = request.run();
    String avoided = run == null ? null : run.avoidExpert();
    String sick = sickExpert;
    if (sick != null && !sick.equals(avoided)) {
      return FailureClass.NAN_LATENTS;
    }
    String bad = badWord;
    if (bad != null && request.prompt().contains(bad)) {
      return FailureClass.BLACK_FRAMES;
    }
    FailureClass next = scripted();
    return next == null ? always : next;
  }
}
