package dev.kintsugi.protocol.slo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** Every objective in force, by id. */
public record SloList(
    @JsonProperty("object") String object, @JsonProperty("data") List<Slo> data) {}
