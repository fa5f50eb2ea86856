package dev.kintsugi.controlplane.cases;

import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.QueryValue;
import io.swagger.v3.oas.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** Query parameters of the list of cases, as they came. */
@Introspected
record CaseListRequest(
    HttpRequest<?> request,
    @Parameter(description = "Cases on a page, 0 to 100; 20 when left out.") @QueryValue
        @Nullable String limit,
    @Parameter(description = "Id of the case before the page.") @QueryValue @Nullable String after,
    @Parameter(description = "desc (newest recorded first, the default) or asc.") @QueryValue
        @Nullable String order,
    @Parameter(description = "Failure class such as OOM.") @QueryValue("class")
        @Nullable String failureClass,
    @Parameter(description = "gpu, node, input, model_version or unknown.") @QueryValue
        @Nullable String attribution,
    @Parameter(
            description =
                "failed_attempt, degraded, rejected_result, recovered_fault, job_failed, rollback,"
                    + " probe_failed or prompt_stopped.")
        @QueryValue
        @Nullable String kind,
    @Parameter(description = "namespace/name of the service.") @QueryValue @Nullable String service,
    @Parameter(description = "Revision of the service.") @QueryValue @Nullable String revision,
    @Parameter(description = "Node, namespace/pod.") @QueryValue @Nullable String node,
    @Parameter(description = "Step of the recovery ladder, such as new_seed.") @QueryValue
        @Nullable String rung,
    @Parameter(description = "Id of a family.") @QueryValue @Nullable String family,
    @Parameter(description = "Id of a video.") @QueryValue @Nullable String video,
    @Parameter(description = "Occurred at this ISO-8601 instant or later.") @QueryValue
        @Nullable String since,
    @Parameter(description = "Occurred before this ISO-8601 instant.") @QueryValue
        @Nullable String until,
    @Parameter(description = "Text within the message or the prompt, in any case.") @QueryValue
        @Nullable String q) {}
