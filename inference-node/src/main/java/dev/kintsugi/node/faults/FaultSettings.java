package dev.kintsugi.node.faults;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Whether this node may be broken on purpose, under {@code kintsugi.node} too.
 *
 * @param faults opens {@code /node/faults}; the operator sets it where the service says {@code
 *     runtime.faultInjection: true}
 */
@ConfigurationProperties("kintsugi.node")
public record FaultSettings(@Bindable(defaultValue = "false") boolean faults) {

  /** The setting that opens the port, for beans that exist only then. */
  static final String SWITCH = "kintsugi.node.faults";
}
