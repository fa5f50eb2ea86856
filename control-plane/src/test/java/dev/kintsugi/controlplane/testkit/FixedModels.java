package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.controlplane.fleet.ModelCatalogue;
import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A catalogue that tests write, in place of one that nodes fill. */
@Primary
@Singleton
@Requires(property = "kintsugi.test.fixed-models")
public final class FixedModels implements ModelCatalogue {

  public static final String SERVICE = "studio/wan-tiny";
  public static final ModelLimits LIMITS =
      new ModelLimits(128, 96, 33, 40, "64x64", 17, 8, 5.0, 16);

  private final List<ServedModel> models = new CopyOnWriteArrayList<>(List.of(tiny(10_000)));

  /** The usual model, with room for this many waiting jobs. */
  public static ServedModel tiny(long queueLimit) {
    return new ServedModel(
        SERVICE,
        "wan-tiny",
        LIMITS,
        Duration.ofMinutes(10),
        queueLimit,
        2,
        Map.of("64x64x17", 0.05));
  }

  public void serve(ServedModel... served) {
    models.clear();
    models.addAll(List.of(served));
  }

  @Override
  public Optional<ServedModel> find(String tenant, @Nullable String model) {
    return models.stream()
        .filter(served -> model == null || served.model().equals(model))
        .findFirst();
  }

  @Override
  public List<ServedModel> list(String tenant) {
    return List.copyOf(models);
  }
}
