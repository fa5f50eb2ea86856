package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.AttemptAdmission.Decision.Refuse;
import dev.kintsugi.core.node.ExpertChoice;

/** What became of an attempt that was sent to this node. */
public sealed interface Submission {

  /** It runs. */
  record Started(Attempt attempt) implements Submission {}

  /** The same attempt was sent before. */
  record Known(Attempt attempt) implements Submission {}

  /** Another attempt with this id was sent before. */
  record Conflict(String id) implements Submission {}

  /** It cannot go on from the checkpoint it names. */
  record NotResumable(String reason) implements Submission {}

  /** No expert of the model is left that may be used. */
  record NoExpert(ExpertChoice.Decision.NoExpert decision) implements Submission {}

  /** Not now. */
  record Refused(Refuse decision) implements Submission {}
}
