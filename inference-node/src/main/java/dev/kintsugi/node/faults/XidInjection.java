package dev.kintsugi.node.faults;

import dev.kintsugi.node.watch.GpuFaults;
import io.micronaut.context.BeanProvider;
import jakarta.inject.Singleton;
import java.util.Objects;

/** Reports an Xid where the driver's come in. */
@Singleton
final class XidInjection {
  private final BeanProvider<GpuFaults> gpu;

  /**
   * @param gpu asked late: it knows the attempts, and they know the faults
   */
  XidInjection(BeanProvider<GpuFaults> gpu) {
    this.gpu = gpu;
  }

  void report(ArmedFault fault) {
    int xid = Objects.requireNonNull(fault.spec().xid());
    fault.did("the GPU reported Xid " + xid);
    gpu.get().report(xid, fault.id());
  }
}
