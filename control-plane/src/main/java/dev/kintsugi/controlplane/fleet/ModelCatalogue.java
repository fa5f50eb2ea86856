package dev.kintsugi.controlplane.fleet;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The models a tenant may ask for. Answers from memory: it is asked on every submission. */
public interface ModelCatalogue {

  /**
   * The service behind a model name, as far as this tenant may use it.
   *
   * @param model name from the request; null asks for the tenant's default, the first of {@link
   *     #list}
   */
  Optional<ServedModel> find(String tenant, @Nullable String model);

  /** Every model this tenant may use, ordered by service name. */
  List<ServedModel> list(String tenant);
}
