package dev.kintsugi.controlplane.tenants;

import java.util.Locale;

/** What a tenant has signed up for; limits per plan are settings. */
public enum Plan {
  FREE,
  STANDARD;

  String storedName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Plan fromStored(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
