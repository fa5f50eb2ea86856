package dev.kintsugi.operators.diffusionservice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.protocol.digest.Sha256;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names revisions. The name is a hash of everything a pod is made from, so the same spec is the
 * same revision after any restart, and whatever changes the pod is a new one.
 */
final class Revisions {

  /** Consonants and digits: no name can read as a word. */
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int LENGTH = 10;

  private static final ObjectMapper CANONICAL =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private Revisions() {}

  static String name(DiffusionServiceSpec spec, OperatorSettings settings) {
    Map<String, Object> made = new LinkedHashMap<>();
    made.put("version", spec.model().version());
    made.put("digest", spec.model().digest());
    made.put("pod", PodTemplates.revisionPod(spec, settings));
    try {
      byte[] hash = Sha256.of(CANONICAL.writeValueAsString(made));
      var name = new StringBuilder();
      for (int i = 0; i < LENGTH; i++) {
        name.append(ALPHABET.charAt(Math.floorMod(hash[i], ALPHABET.length())));
      }
      return name.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a pod could not be written as JSON", e);
    }
  }
}
