package dev.kintsugi.controlplane.cases;

import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.QueryValue;
import io.swagger.v3.oas.annotations.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Query parameters of the search for cases, as they came. */
@Introspected
record CaseSearchRequest(
    HttpRequest<?> request,
    @Parameter(description = "Words, English or Chinese, or with mode=similar a prompt.")
        @QueryValue
        @Nullable String q,
    @Parameter(description = "text (the default) or similar.") @QueryValue @Nullable String mode,
    @Parameter(
            description =
                "Feature that the prompt must have, such as word:dragon or frames>=33; may be given"
                    + " several times.")
        @QueryValue
        @Nullable List<String> feature,
    @Parameter(description = "Cases on a page, 0 to 100; 20 when left out.") @QueryValue
        @Nullable String limit,
    @Parameter(description = "Id of the case before the page.") @QueryValue @Nullable String after,
    @Parameter(description = "Failure class such as OOM.") @QueryValue("class")
        @Nullable String failureClass,
    @Parameter(description = "gpu, node, input, model_version or unknown.") @QueryValue
        @Nullable String attribution,
    @Parameter(description = "Kind of a case, as in the list of cases.") @QueryValue
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
        @Nullable String until) {

  /** The part that a list of cases knows, too. */
  CaseListRequest list() {
    return new CaseListRequest(
        request,
        limit,
        after,
        null,
        failureClass,
        attribution,
        kind,
        service,
        revision,
        node,
        rung,
        family,
        video,
        since,
        until,
        q);
  }
}
