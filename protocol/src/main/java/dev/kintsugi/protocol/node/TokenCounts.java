package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Answer of {@code POST /node/tokenize}.
 *
 * @param model whose tokenizer counted
 * @param counts tokens of each text as the model reads it, with the one that ends it; never more
 *     than the model reads
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TokenCounts(
    @JsonProperty("model") String model, @JsonProperty("counts") List<Integer> counts) {}
