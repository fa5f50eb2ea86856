package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** All that was done to a family, first to last. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureFamilyHistory(
    @JsonProperty("object") String object, @JsonProperty("data") List<FailureFamilyChange> data) {}
