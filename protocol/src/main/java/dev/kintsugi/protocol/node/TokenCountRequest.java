package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Body of {@code POST /node/tokenize}.
 *
 * @param texts 1 to {@link #MOST_TEXTS}, each of at most {@link #LONGEST} characters
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TokenCountRequest(@JsonProperty("texts") List<String> texts) {

  public static final int MOST_TEXTS = 32;
  public static final int LONGEST = 4_096;
}
