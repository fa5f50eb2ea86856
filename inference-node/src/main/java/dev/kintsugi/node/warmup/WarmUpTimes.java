package dev.kintsugi.node.warmup;

/**
 * Where the time from the start of the process to readiness went, in seconds.
 *
 * @param process from the start of the process to the start of loading: JVM and framework
 * @param hash checking every file of the manifest
 * @param load reading the modules
 * @param selfTest running the self-test
 * @param pace running short clips until step times are steady
 */
public record WarmUpTimes(double process, double hash, double load, double selfTest, double pace) {}
