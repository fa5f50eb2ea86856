package dev.kintsugi.operators.modelrollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a Deployment's pods are made from, kept on it: when the spec has moved on, a rollout still
 * knows where it goes back to. Pure.
 */
public final class RevisionNote {

  public static final String ANNOTATION = "kintsugi.dev/revision-spec";

  /** The same revision gives the same text in every process. */
  private static final ObjectMapper CANONICAL =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private RevisionNote() {}

  public static String write(Revision revision) {
    try {
      return CANONICAL.writeValueAsString(revision);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a revision could not be written as JSON", e);
    }
  }

  /** By name of the revision; what nobody can read is left out. */
  public static Map<String, Revision> read(Collection<? extends HasMetadata> objects) {
    Map<String, Revision> notes = new LinkedHashMap<>();
    for (HasMetadata object : objects) {
      var annotations = object.getMetadata().getAnnotations();
      String note = annotations == null ? null : annotations.get(ANNOTATION);
      if (note != null) {
        try {
          Revision revision = CANONICAL.readValue(note, Revision.class);
          notes.put(revision.revision(), revision);
        } catch (JsonProcessingException _) {
          // Someone else wrote it: the revision counts as not described.
          continue;
        }
      }
    }
    return notes;
  }
}
