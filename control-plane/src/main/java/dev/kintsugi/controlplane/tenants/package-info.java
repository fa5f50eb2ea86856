/** Who calls: API keys, plans, rate limits and daily quotas. */
@NullMarked
package dev.kintsugi.controlplane.tenants;

import org.jspecify.annotations.NullMarked;
