package dev.kintsugi.controlplane.queue;

/**
 * Under what a clip that was made as asked can be found again, for the same tenant.
 *
 * @param wording SHA-256 of the prompt's text, however it was written
 * @param template SHA-256 of the prompt's template
 */
public record Reusable(String wording, String template) {}
