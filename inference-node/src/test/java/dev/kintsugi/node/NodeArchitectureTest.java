package dev.kintsugi.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

@AnalyzeClasses(
    packages = "dev.kintsugi.node",
    importOptions = ImportOption.DoNotIncludeTests.class)
class NodeArchitectureTest {

  @ArchTest
  static final ArchRule onlyTheEngineKnowsDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.kintsugi.node.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule knowsNeitherKubernetesNorTheControlPlane =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8..", "dev.kintsugi.operators..", "dev.kintsugi.controlplane..");

  @ArchTest
  static final ArchRule asksAClockForTheTime =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");
}
