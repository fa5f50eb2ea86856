/** What is served and where: service registry, nodes, fleet state pushed by operators. */
@NullMarked
package dev.kintsugi.controlplane.fleet;

import org.jspecify.annotations.NullMarked;
