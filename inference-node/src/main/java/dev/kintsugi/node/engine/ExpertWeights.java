package dev.kintsugi.node.engine;

/** How much each expert is trusted; asked when an attempt begins. */
public interface ExpertWeights {

  /**
   * Trust in an expert of the loaded models.
   *
   * @param expert {@code high}, {@code low} or {@code lite}
   * @return 1 in use, 0 quarantined: the other expert takes its steps
   */
  double weight(String expert);
}
