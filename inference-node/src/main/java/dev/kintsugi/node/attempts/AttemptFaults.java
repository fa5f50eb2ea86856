package dev.kintsugi.node.attempts;

import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.engine.FaultPoints;
import java.util.Optional;

/** Where a drill can make an attempt go wrong outside the engine; by default each does nothing. */
public interface AttemptFaults {

  /** What a drill did, to be undone. */
  interface Undo extends AutoCloseable {

    /** Nothing was done. */
    Undo NOTHING = () -> {};

    @Override
    void close() throws MediaException;
  }

  /** The faults of its generation. */
  default FaultPoints generation(Attempt attempt) {
    return FaultPoints.NONE;
  }

  /**
   * The faults of one self-test, which is no attempt: only what makes an expert fail.
   *
   * @param name of the self-test
   */
  default FaultPoints selfTest(String name) {
    return FaultPoints.NONE;
  }

  /** Its directory was made and is empty. */
  default void directoryMade(Attempt attempt) throws MediaException {}

  /** Its clip is about to be encoded into its directory. */
  default Undo encoding(Attempt attempt) throws MediaException {
    return Undo.NOTHING;
  }

  /** Id of the injected fault that hit it last. */
  default Optional<String> acted(String attempt) {
    return Optional.empty();
  }
}
