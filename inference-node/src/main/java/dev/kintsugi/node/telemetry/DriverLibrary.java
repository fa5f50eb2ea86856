package dev.kintsugi.node.telemetry;

import dev.kintsugi.node.nvml.Nvml;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** The library that the NVIDIA driver brings. */
@Singleton
@Secondary
final class DriverLibrary implements GpuLibrary {

  @Override
  public Optional<SymbolLookup> symbols() {
    return Nvml.find();
  }
}
