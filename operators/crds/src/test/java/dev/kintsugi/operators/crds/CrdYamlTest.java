package dev.kintsugi.operators.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The committed CRD is what the classes say. After a change of the classes run the tests once with
 * {@code -Dcrds.write=true} and commit the file.
 */
class CrdYamlTest {

  private static final Path COMMITTED = Path.of("../../deploy/helm/kintsugi/crds");

  private static final String QUANTITY =
      "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      classes = {
        DiffusionService.class,
        ModelRollout.class,
        ServiceLevelObjective.class,
        PromptPolicy.class
      })
  void theCommittedCrdIsNotStale(Class<? extends CustomResource<?, ?>> kind) throws IOException {
    String generated = generate(kind);
    Path committed = COMMITTED.resolve(CustomResource.getCRDName(kind) + ".yaml");
    if (Boolean.getBoolean("crds.write")) {
      Files.createDirectories(COMMITTED);
      Files.writeString(committed, generated);
    }
    assertThat(committed)
        .as("run mvn -pl operators/crds test -Dcrds.write=true and commit the result")
        .hasContent(generated);
  }

  private String generate(Class<? extends CustomResource<?, ?>> kind) throws IOException {
    new CRDGenerator().customResourceClasses(kind).inOutputDir(directory.toFile()).generate();
    try (var files = Files.list(directory)) {
      var crd =
          Serialization.unmarshal(
              Files.readString(files.findFirst().orElseThrow()), CustomResourceDefinition.class);
      var schema = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
      var spec = schema.getProperties().get("spec").getProperties();
      keyed(schema.getProperties().get("status").getProperties().get("conditions"), "type");
      if (kind == DiffusionService.class) {
        declareService(spec, schema.getProperties().get("status").getProperties());
        orderColumns(
            crd,
            List.of(
                "Model", "Version", "Phase", "Ready", "Canary", "SLO", "Serving", "Reason", "Age"));
      } else if (kind == ServiceLevelObjective.class) {
        keyed(schema.getProperties().get("status").getProperties().get("levels"), "name");
        spec.get("alerting").setDefault(JsonNodeFactory.instance.objectNode());
        orderColumns(
            crd,
            List.of(
                "Service",
                "Objective",
                "Current",
                "Budget left",
                "Burn",
                "State",
                "Value",
                "Reason",
                "Age"));
      } else if (kind == PromptPolicy.class) {
        declarePolicy(spec, schema.getProperties().get("status").getProperties());
        orderColumns(
            crd,
            List.of(
                "Service",
                "Rules",
                "Intercepted",
                "Rejected",
                "Accepted",
                "Ready",
                "Good stopped",
                "Reason",
                "Age"));
      } else {
        declareRollout(spec);
        orderColumns(
            crd,
            List.of(
                "Service", "From", "To", "Phase", "Step", "Weight", "Carried", "Verdict", "Reason",
                "Message", "Age"));
      }
      schema.setRequired(List.of("spec"));
      dropRepeatedRules(schema);
      crd.getMetadata().setLabels(Map.of("app.kubernetes.io/part-of", "kintsugi"));
      return "# Generated from operators/crds. Do not edit; see CrdYamlTest.\n"
          + Serialization.asYaml(crd);
    }
  }

  /** What the generator has no annotation for: which lists are maps and which are sets. */
  private static void declareService(
      Map<String, JSONSchemaProps> spec, Map<String, JSONSchemaProps> status) {
    keyed(spec.get("pools"), "name");
    runtime(spec.get("runtime"));
    keyed(status.get("nodes"), "name");
    spec.get("tenants").setXKubernetesListType("set");
    spec.get("tenants").getItems().getSchema().setMaxLength(63L);
    var rollout = spec.get("rollout");
    var steps = JsonNodeFactory.instance.arrayNode();
    RolloutSpec.DEFAULT_STEPS.forEach(steps::add);
    rollout.getProperties().get("steps").setDefault(steps);
    defaulted(
        spec.get("warmup"),
        spec.get("probe"),
        spec.get("scaling"),
        rollout,
        rollout.getProperties().get("analysis"));
  }

  private static void declareRollout(Map<String, JSONSchemaProps> spec) {
    for (String side : List.of("from", "to")) {
      var revision = spec.get(side).getProperties();
      runtime(revision.get("runtime"));
      defaulted(revision.get("warmup"));
    }
    defaulted(spec.get("analysis"));
  }

  private static void declarePolicy(
      Map<String, JSONSchemaProps> spec, Map<String, JSONSchemaProps> status) {
    keyed(spec.get("rules"), "name");
    keyed(status.get("rules"), "id");
    var features =
        spec.get("rules").getItems().getSchema().getProperties().get("features").getItems();
    features.getSchema().setMaxLength(106L);
    var lexicon = spec.get("lexicon").getProperties();
    var terms = lexicon.get("terms");
    terms.setMaxProperties(20L);
    var listed = terms.getAdditionalProperties().getSchema();
    listed.setMaxItems(200L);
    term(listed);
    term(lexicon.get("exceptions"));
    defaulted(spec.get("promotion"));
  }

  private static void term(JSONSchemaProps list) {
    list.getItems().getSchema().setMinLength(1L);
    list.getItems().getSchema().setMaxLength(100L);
  }

  private static void runtime(JSONSchemaProps runtime) {
    keyed(runtime.getProperties().get("env"), "name");
    quantities(runtime);
    defaulted(runtime);
  }

  private static void defaulted(JSONSchemaProps... objects) {
    for (JSONSchemaProps object : objects) {
      object.setDefault(JsonNodeFactory.instance.objectNode());
    }
  }

  /** The generator sorts columns by path; people read them from what it is to how it is. */
  private static void orderColumns(CustomResourceDefinition crd, List<String> order) {
    crd.getSpec()
        .getVersions()
        .getFirst()
        .getAdditionalPrinterColumns()
        .sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
  }

  /** An annotation on a record component is seen by the generator on the field and the accessor. */
  private static void dropRepeatedRules(JSONSchemaProps schema) {
    if (schema.getXKubernetesValidations() != null) {
      schema.setXKubernetesValidations(
          schema.getXKubernetesValidations().stream().distinct().toList());
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(CrdYamlTest::dropRepeatedRules);
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      dropRepeatedRules(schema.getItems().getSchema());
    }
  }

  /** The API server's own form of an amount, so that a typo is refused where it is written. */
  private static void quantities(JSONSchemaProps runtime) {
    var resources = runtime.getProperties().get("resources").getProperties();
    for (String kind : List.of("requests", "limits")) {
      resources.get(kind).getAdditionalProperties().getSchema().setPattern(QUANTITY);
    }
  }

  private static void keyed(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(List.of(key));
    var item = list.getItems().getSchema();
    if (!item.getRequired().contains(key)) {
      item.getRequired().add(key);
    }
  }
}
