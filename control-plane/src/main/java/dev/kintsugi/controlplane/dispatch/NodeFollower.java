package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.AttemptSignal.Anew;
import dev.kintsugi.controlplane.dispatch.AttemptSignal.Heard;
import dev.kintsugi.controlplane.dispatch.AttemptSignal.Opened;
import dev.kintsugi.controlplane.dispatch.AttemptSignal.Rejected;
import dev.kintsugi.controlplane.dispatch.AttemptSignal.Resumed;
import dev.kintsugi.controlplane.dispatch.AttemptSignal.Silent;
import dev.kintsugi.controlplane.dispatch.NodeException.Refused;
import dev.kintsugi.controlplane.dispatch.NodeException.Unreachable;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts one attempt at its node and repeats what the node says of it. A broken connection is made
 * again and the stream resumed; whether the node is given up is decided elsewhere.
 */
final class NodeFollower {

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** HTTP status of a checkpoint that does not fit. */
  private static final int CONFLICT = 409;

  private final NodeClient nodes;
  private final String address;
  private final Consumer<AttemptSignal> out;
  private @Nullable Long lastSequence;
  private boolean ended;

  NodeFollower(NodeClient nodes, String address, Consumer<AttemptSignal> out) {
    this.nodes = nodes;
    this.address = address;
    this.out = out;
  }

  /** Starts the attempt, then follows it to its end. */
  void startAndFollow(AttemptRequest request, Duration slotPatience) throws InterruptedException {
    if (start(request, slotPatience)) {
      follow(request.id());
    }
  }

  /** Follows an attempt that runs, or has ended, at the node. */
  void follow(String attemptId) throws InterruptedException {
    while (!ended) {
      try {
        nodes.follow(address, attemptId, lastSequence, new Listener());
        if (!ended) {
          out.accept(new Silent(false, "the node ended the stream before the attempt"));
        }
      } catch (Unreachable e) {
        out.accept(new Silent(e.refused(), message(e)));
      } catch (Refused e) {
        if (e.status() == ErrorCode.VIDEO_NOT_FOUND.status()) {
          out.accept(new Rejected(FailureClass.NODE_LOST, "the node has no such attempt any more"));
          return;
        }
        out.accept(new Silent(false, message(e)));
      }
      pause();
    }
  }

  /** Goes on behind what was heard before. */
  void followAfter(String attemptId, long sequence) throws InterruptedException {
    lastSequence = sequence;
    follow(attemptId);
  }

  /** A POST whose answer was lost is repeated: the node knows the id. */
  private boolean start(AttemptRequest asked, Duration slotPatience) throws InterruptedException {
    AttemptRequest request = asked;
    for (Duration waited = Duration.ZERO; ; waited = waited.plus(PAUSE)) {
      try {
        AttemptStatus status = nodes.start(address, request);
        if (AttemptDetails.resumes(request)) {
          out.accept(new Resumed());
        }
        out.accept(new Heard(status));
        return true;
      } catch (Unreachable e) {
        out.accept(new Silent(e.refused(), message(e)));
      } catch (Refused e) {
        if (e.status() == CONFLICT && AttemptDetails.resumes(request)) {
          out.accept(new Anew(message(e)));
          request = AttemptDetails.anew(request);
          continue;
        }
        boolean full = e.code().equals(ErrorCode.NO_FREE_SLOT.wireName());
        if (!full || waited.compareTo(slotPatience) >= 0) {
          out.accept(new Rejected(kind(e), "the node refused: " + message(e)));
          return false;
        }
        out.accept(new Opened());
        // Another replica may have begun a probe there in the same moment.
        NodeProbing.clear(nodes, address, slotPatience);
      }
      pause();
    }
  }

  private static FailureClass kind(Refused refusal) {
    return refusal.status() == ErrorCode.UNAVAILABLE.status()
        ? FailureClass.NODE_LOST
        : FailureClass.INTERNAL;
  }

  private static String message(NodeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
  }

  private final class Listener implements NodeClient.AttemptListener {

    @Override
    public void opened() {
      out.accept(new Opened());
    }

    @Override
    public void heard(AttemptStatus status) {
      lastSequence = status.sequence();
      ended = ended || status.phase().terminal();
      out.accept(new Heard(status));
    }
  }
}
