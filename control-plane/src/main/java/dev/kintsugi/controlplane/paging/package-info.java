/** How every list is asked for, page by page. */
@NullMarked
package dev.kintsugi.controlplane.paging;

import org.jspecify.annotations.NullMarked;
