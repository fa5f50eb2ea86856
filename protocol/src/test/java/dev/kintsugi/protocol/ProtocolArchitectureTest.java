package dev.kintsugi.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.kintsugi.protocol",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ProtocolArchitectureTest {

  @ArchTest
  static final ArchRule dependsOnJavaAndSerialisationAnnotationsOnly =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.fasterxml.jackson.annotation",
              "org.jspecify..",
              "dev.kintsugi.protocol..");
}
