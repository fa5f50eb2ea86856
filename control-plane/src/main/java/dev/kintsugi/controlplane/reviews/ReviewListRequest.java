package dev.kintsugi.controlplane.reviews;

import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.QueryValue;
import io.swagger.v3.oas.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** Query parameters of the list of reviews, as they came. */
@Introspected
record ReviewListRequest(
    HttpRequest<?> request,
    @Parameter(description = "Reviews on a page, 0 to 100; 20 when left out.") @QueryValue
        @Nullable String limit,
    @Parameter(description = "Id of the review before the page.") @QueryValue
        @Nullable String after,
    @Parameter(description = "asc (oldest first, the default) or desc.") @QueryValue
        @Nullable String order,
    @Parameter(description = "pending, approved, rejected, expired or withdrawn.") @QueryValue
        @Nullable String status,
    @Parameter(description = "namespace/name of the service.") @QueryValue
        @Nullable String service) {}
