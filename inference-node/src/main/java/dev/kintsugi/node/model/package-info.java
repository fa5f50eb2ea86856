/** What a model directory contains, and whether it is intact. */
@NullMarked
package dev.kintsugi.node.model;

import org.jspecify.annotations.NullMarked;
