package dev.kintsugi.controlplane.screening;

import java.util.Locale;

/** What a stage says of a prompt. */
sealed interface Said<T> {

  /** It looked. */
  record Word<T>(T value) implements Said<T> {}

  /** It says nothing, and the prompt passes it. */
  record Nothing<T>(Why why) implements Said<T> {}

  /** Why a stage says nothing. */
  enum Why {
    /** It broke. */
    DEFECT,
    /** It took longer than its budget. */
    SLOW,
    /** All who could look were at others. */
    BUSY,
    /** What it asks is not there: a node that counts, a model that is loaded. */
    UNAVAILABLE,
    /** Too little is known yet. */
    NOT_ENOUGH_DATA;

    /** Something went wrong; otherwise there is nothing to ask, or too little to say. */
    boolean abnormal() {
      return this == DEFECT || this == SLOW || this == BUSY;
    }

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
