package dev.kintsugi.node.faults;

import dev.kintsugi.protocol.node.FaultSpec.Kind;

/** What a kind of fault does when it is armed, and undoes when it ends. */
interface LastingFault {

  Kind kind();

  /** It was armed. */
  default void armed(ArmedFault fault) {}

  /** It has ended. */
  void ended(ArmedFault fault);
}
