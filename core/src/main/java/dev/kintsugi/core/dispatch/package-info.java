/** Which free slot works next, and what to do with a node, an attempt or a lease. */
@NullMarked
package dev.kintsugi.core.dispatch;

import org.jspecify.annotations.NullMarked;
