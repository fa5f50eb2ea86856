package dev.kintsugi.core.screening;

/**
 * Why a prompt was not simply taken.
 *
 * @param start of what offends, in code points of the prompt
 * @param end the code point after it
 * @param text what stands there
 * @param message one sentence for the customer: what it is, and the limit
 */
public record Reason(Rule rule, int start, int end, String text, String message) {}
