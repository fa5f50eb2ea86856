/** What the node noticed about itself: one door for every watcher. */
@NullMarked
package dev.kintsugi.node.events;

import org.jspecify.annotations.NullMarked;
