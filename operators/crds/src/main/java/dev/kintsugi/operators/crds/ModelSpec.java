package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * The model of a service.
 *
 * @param name what customers write in {@code "model"}
 * @param source directory in the image, or {@code pvc://claim/directory}; null means {@code
 *     /models/NAME} in the image
 * @param digest of the model's manifest; null leaves it unpinned
 * @param lite where a smaller model is that every pod loads beside it; null means none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelSpec(
    @JsonProperty("name")
        @Required
        @Size(max = 63)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
            message =
                "spec.model.name must be lower-case letters, digits, '-' and '.', and start and"
                    + " end with a letter or digit")
        @ValidationRule(
            value = "self == oldSelf",
            message =
                "spec.model.name is immutable: customers ask for the model by it; create another"
                    + " DiffusionService for another model")
        @JsonPropertyDescription("Name that customers write in \"model\". Immutable.")
        String name,
    @JsonProperty("version")
        @Required
        @Size(max = 63)
        @ValidationRule(
            value = "self.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",
            message =
                "spec.model.version must be letters, digits, '-', '_' and '.', and start and end"
                    + " with a letter or digit")
        @JsonPropertyDescription("Version of the weights, as delivered videos name it.")
        String version,
    @JsonProperty("source")
        @Size(max = 512)
        @ValidationRule(
            value =
                "(self.startsWith('/') ||"
                    + " self.matches('^pvc://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/.*)?$')) &&"
                    + " !self.contains('..')",
            message =
                "spec.model.source must be an absolute directory in the image or"
                    + " pvc://CLAIM/DIRECTORY, without '..'")
        @JsonPropertyDescription(
            "Where the weights are: an absolute directory in the image, or"
                + " pvc://CLAIM/DIRECTORY, mounted read-only. Default: /models/NAME in the image.")
        @Nullable String source,
    @JsonProperty("digest")
        @Size(max = 71)
        @ValidationRule(
            value = "self.matches('^sha256:[0-9a-f]{64}$')",
            message = "spec.model.digest must be 'sha256:' and 64 lower-case hex digits")
        @JsonPropertyDescription(
            "Digest as make verify prints it (manifest.json without its quality limits): pins the weights.")
        @Nullable String digest,
    @JsonProperty("lite")
        @Size(max = 512)
        @ValidationRule(
            value =
                "(self.startsWith('/') ||"
                    + " self.matches('^pvc://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/.*)?$')) &&"
                    + " !self.contains('..')",
            message =
                "spec.model.lite must be an absolute directory in the image or"
                    + " pvc://CLAIM/DIRECTORY, without '..'")
        @JsonPropertyDescription(
            "A smaller model that every pod loads beside the main one, for the step lite_model of"
                + " the ladder: an absolute directory in the image, or pvc://CLAIM/DIRECTORY,"
                + " mounted read-only. Default: none.")
        @Nullable String lite) {}
