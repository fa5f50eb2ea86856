package dev.kintsugi.node.attempts;

import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;

/** On a node that may not be broken on purpose. */
@Singleton
@Secondary
final class NoFaults implements AttemptFaults {}
