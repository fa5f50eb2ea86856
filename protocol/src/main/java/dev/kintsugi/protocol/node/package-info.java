/** What a control plane and an inference node say to each other. */
@NullMarked
package dev.kintsugi.protocol.node;

import org.jspecify.annotations.NullMarked;
