/** What an inference node decides: whom it admits, what it keeps, when it may stop. */
@NullMarked
package dev.kintsugi.core.node;

import org.jspecify.annotations.NullMarked;
