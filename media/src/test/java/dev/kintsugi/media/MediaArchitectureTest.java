package dev.kintsugi.media;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.kintsugi.media",
    importOptions = ImportOption.DoNotIncludeTests.class)
class MediaArchitectureTest {

  @ArchTest
  static final ArchRule dependsOnJavaAndFfmpegOnly =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.imageio..",
              "org.bytedeco..",
              "org.jspecify..",
              "dev.kintsugi.media..");
}
