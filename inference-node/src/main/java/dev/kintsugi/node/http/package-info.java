/** The node's HTTP face. */
@NullMarked
package dev.kintsugi.node.http;

import org.jspecify.annotations.NullMarked;
