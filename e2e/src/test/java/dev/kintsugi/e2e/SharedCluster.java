package dev.kintsugi.e2e;

/**
 * The one product on the cluster that all scenarios share: up with the first, down with the last.
 */
final class SharedCluster {
  private static final LocalProduct PRODUCT = new LocalProduct();
  private static boolean up;

  private SharedCluster() {}

  /** Starts it if nobody has. */
  static synchronized LocalProduct product() {
    if (!up) {
      PRODUCT.up();
      up = true;
      // Only for a run that leaves out MakeDownTest.
      Runtime.getRuntime().addShutdownHook(new Thread(SharedCluster::down));
    }
    return PRODUCT;
  }

  static synchronized void down() {
    if (up) {
      PRODUCT.down();
      up = false;
    }
  }

  static Shell.Outcome leftovers() {
    return PRODUCT.tryCluster("status", "--leftovers");
  }
}
