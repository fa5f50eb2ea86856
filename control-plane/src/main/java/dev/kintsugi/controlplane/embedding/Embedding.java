package dev.kintsugi.controlplane.embedding;

/**
 * A prompt as a point. Points of one language can be compared; those of two cannot.
 *
 * @param language {@code en} or {@code zh}
 * @param vector of length one; 384 values for {@code en}, 512 for {@code zh}
 */
public record Embedding(String language, float[] vector) {}
