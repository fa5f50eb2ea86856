package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.node.model.WeightReader;
import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Alters what verification reads of a model's modules: one byte of each. Nothing is verified while
 * a model runs, so the model is loaded anew when the fault begins, and again when it has ended.
 */
@Singleton
@Requires(property = FaultSettings.SWITCH, value = "true")
final class CorruptWeights implements WeightReader.Source, LastingFault {
  private static final String MODULE = ".pt";

  private final BeanProvider<FaultBoard> board;
  private final BeanProvider<ModelHost> host;

  CorruptWeights(BeanProvider<FaultBoard> board, BeanProvider<ModelHost> host) {
    this.board = board;
    this.host = host;
  }

  @Override
  public Kind kind() {
    return Kind.CORRUPT_WEIGHTS;
  }

  @Override
  public void armed(ArmedFault fault) {
    host.get().reload("its files are to be checked again");
  }

  @Override
  public void ended(ArmedFault fault) {
    host.get().reload("its files are whole again");
  }

  @Override
  public WeightReader forVerification() {
    Optional<ArmedFault> fault = board.get().act(Kind.CORRUPT_WEIGHTS, Chance.ANY);
    if (fault.isEmpty()) {
      return WeightReader.DISK;
    }
    fault.get().did("one byte of every module was read wrong");
    board.get().settle(fault.get());
    return CorruptWeights::open;
  }

  private static InputStream open(Path file) throws IOException {
    InputStream whole = WeightReader.DISK.open(file);
    return file.toString().endsWith(MODULE) ? new OneByteWrong(whole, Files.size(file) / 2) : whole;
  }
}
