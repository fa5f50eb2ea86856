package dev.kintsugi.controlplane.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How to run PostgreSQL's programs, which refuse to run as root.
 *
 * <p>As root they run in a user namespace of their own that maps no user: they see the overflow
 * uid, while the files stay root's, so that the data directory may lie below a directory only root
 * can enter. Where user namespaces are forbidden they run as an unprivileged uid that keeps the
 * right to pass such directories.
 */
final class Unprivileged {

  private static final int UID = 65534;
  private static final List<String> NAMESPACE = List.of("unshare", "--user");
  private static final List<String> OTHER_USER =
      List.of(
          "setpriv",
          "--reuid=" + UID,
          "--regid=" + UID,
          "--clear-groups",
          "--inh-caps=+dac_override,+dac_read_search",
          "--ambient-caps=+dac_override,+dac_read_search");

  private final List<String> prefix;
  private final boolean ownsFiles;

  private Unprivileged(List<String> prefix, boolean ownsFiles) {
    this.prefix = prefix;
    this.ownsFiles = ownsFiles;
  }

  static Unprivileged detect() {
    if (!isRoot()) {
      return new Unprivileged(List.of(), true);
    }
    if (works(NAMESPACE)) {
      return new Unprivileged(NAMESPACE, true);
    }
    if (works(OTHER_USER)) {
      return new Unprivileged(OTHER_USER, false);
    }
    throw new DatabaseException(
        "PostgreSQL does not run as root, and neither unshare nor setpriv (package util-linux)"
            + " can start it as another user: run as a normal user or set kintsugi.database.url");
  }

  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return List.copyOf(whole);
  }

  /** Gives a path to the user the programs run as. */
  void own(Path path) throws IOException {
    if (!ownsFiles) {
      Files.setAttribute(path, "unix:uid", UID);
      Files.setAttribute(path, "unix:gid", UID);
    }
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  private static boolean works(List<String> prefix) {
    List<String> probe = new ArrayList<>(prefix);
    probe.add("true");
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
