package dev.kintsugi.node.watch;

/** Ends this process, so that whoever runs it starts a new one. */
@FunctionalInterface
interface ProcessEnd {

  /** Returns at once; the process ends soon after. */
  void now(String why);
}
