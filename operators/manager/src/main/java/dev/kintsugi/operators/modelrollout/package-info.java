/** Changes of a service's revision, judged by jobs: what is remembered, asked for and told. */
@NullMarked
package dev.kintsugi.operators.modelrollout;

import org.jspecify.annotations.NullMarked;
