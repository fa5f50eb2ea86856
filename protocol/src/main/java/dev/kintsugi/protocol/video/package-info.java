/**
 * The public Videos API as wire records; shape and field meanings are those of the OpenAI Videos
 * job API.
 */
@NullMarked
package dev.kintsugi.protocol.video;

import org.jspecify.annotations.NullMarked;
