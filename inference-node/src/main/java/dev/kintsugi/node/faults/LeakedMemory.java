package dev.kintsugi.node.faults;

import dev.kintsugi.protocol.node.FaultSpec.Kind;
import jakarta.inject.Singleton;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Native memory that nobody gives back before the fault ends. */
@Singleton
final class LeakedMemory implements LastingFault {
  private final Map<ArmedFault, Arena> leaks = new ConcurrentHashMap<>();

  @Override
  public Kind kind() {
    return Kind.LEAK;
  }

  /** Takes memory and writes every page of it, so that it is really in use. */
  synchronized void leak(ArmedFault fault) {
    // Ended between the decision and this line: nobody would give it back.
    if (fault.ended()) {
      return;
    }
    int bytes = Objects.requireNonNull(fault.spec().bytes());
    leaks.computeIfAbsent(fault, f -> Arena.ofShared()).allocate(bytes).fill((byte) 1);
    fault.did("kept " + bytes + " more bytes of native memory");
  }

  @Override
  public synchronized void ended(ArmedFault fault) {
    Arena leaked = leaks.remove(fault);
    if (leaked != null) {
      leaked.close();
    }
  }
}
