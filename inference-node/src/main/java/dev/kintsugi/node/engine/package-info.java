/**
 * The diffusion engine: a model directory becomes a {@link dev.kintsugi.node.engine.VideoModel}.
 * The only package that knows the tensor library; none of its types appear in a public signature.
 */
@NullMarked
package dev.kintsugi.node.engine;

import org.jspecify.annotations.NullMarked;
