/** What is said of prompts. */
@NullMarked
package dev.kintsugi.protocol.screening;

import org.jspecify.annotations.NullMarked;
