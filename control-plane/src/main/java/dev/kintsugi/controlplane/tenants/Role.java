package dev.kintsugi.controlplane.tenants;

import java.util.Locale;

/** What a key lets its holder do: a customer's key never opens {@code /ops}, nor the other way. */
public enum Role {
  /** Submits videos and gets them. */
  CUSTOMER,
  /** Runs the service: sees failures of every tenant. */
  OPERATOR;

  String storedName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Role fromStored(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
