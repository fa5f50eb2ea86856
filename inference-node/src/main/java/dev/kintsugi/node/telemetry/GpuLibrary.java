package dev.kintsugi.node.telemetry;

import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** Where the functions of the GPU's management library are. */
@FunctionalInterface
public interface GpuLibrary {

  /** Empty on a machine without the library. */
  Optional<SymbolLookup> symbols();
}
