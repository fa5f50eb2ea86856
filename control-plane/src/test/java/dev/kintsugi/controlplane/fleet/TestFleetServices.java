package dev.kintsugi.controlplane.fleet;

import java.util.List;

/** Services as replicas know them. */
public final class TestFleetServices {

  private TestFleetServices() {}

  /** Of a replica that never read what its database has. */
  public static FleetServices unread() {
    return new FleetServices(List::of);
  }
}
