package dev.kintsugi.operators;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.fabric8.kubernetes.client.Client;
import java.time.Instant;

@AnalyzeClasses(
    packages = "dev.kintsugi.operators",
    importOptions = ImportOption.DoNotIncludeTests.class)
class OperatorsArchitectureTest {

  @ArchTest
  static final ArchRule touchesNoDatabase =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.sql..", "javax.sql..", "dev.kintsugi.controlplane..", "dev.kintsugi.node..");

  @ArchTest
  static final ArchRule asksAClockForTheTime =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  /** What a cluster is asked and told is in one place; everything else can be read without it. */
  @ArchTest
  static final ArchRule onlyOnePackageCallsKubernetes =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.kintsugi.operators.kube..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Client.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8.kubernetes.client.dsl..");

  @ArchTest
  static final ArchRule decisionsAboutObjectsArePure =
      noClasses()
          .that()
          .haveNameMatching(
              ".*\\.(DiffusionServiceResources|DiffusionServiceConditions|PodTemplates|Revisions"
                  + "|FleetStates|Observations|PodMark|ModelRollouts|ModelRolloutConditions"
                  + "|RolloutTurn|RevisionNote|ObjectiveCompiler|ObjectiveStatuses|AlertRules"
                  + "|ServingKeys|FrontProxy)")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.kintsugi.operators.kube..",
              "dev.kintsugi.operators.fleet..",
              "io.javaoperatorsdk..",
              "org.slf4j..");
}
