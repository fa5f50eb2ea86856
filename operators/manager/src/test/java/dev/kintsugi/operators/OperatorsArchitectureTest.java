package dev.kintsugi.operators;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
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
}
