package dev.kintsugi.controlplane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.kintsugi.controlplane.errors.Strict;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import java.time.Instant;

@AnalyzeClasses(
    packages = "dev.kintsugi.controlplane",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ControlPlaneArchitectureTest {

  @ArchTest
  static final ArchRule servesWithoutKubernetesOrAnEngine =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8..", "ai.djl..", "dev.kintsugi.operators..", "dev.kintsugi.node..");

  @ArchTest
  static final ArchRule asksAClockForTheTime =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule noStoreReachesIntoAnotherFeaturesStore =
      classes()
          .that()
          .haveSimpleNameEndingWith("Store")
          .should(dependOnNoStoreOfAnotherPackage())
          .allowEmptyShould(true);

  /** A misspelt field would be dropped, and the operator told that it is done. */
  @ArchTest
  static final ArchRule operatorsBodiesAreStrict =
      classes().that().areAnnotatedWith(Controller.class).should(takeStrictBodiesFromOperators());

  @ArchTest
  static final ArchRule featuresFormNoCycle =
      slices().matching("dev.kintsugi.controlplane.(*)..").should().beFreeOfCycles();

  private static ArchCondition<JavaClass> takeStrictBodiesFromOperators() {
    return new ArchCondition<>("take strict bodies under /ops") {
      @Override
      public void check(JavaClass controller, ConditionEvents events) {
        if (!controller.getAnnotationOfType(Controller.class).value().startsWith("/ops/")) {
          return;
        }
        controller.getMethods().stream()
            .flatMap(method -> method.getParameters().stream())
            .filter(parameter -> parameter.isAnnotatedWith(Body.class))
            .filter(body -> !body.getRawType().isAnnotatedWith(Strict.class))
            .forEach(
                body -> events.add(SimpleConditionEvent.violated(body, body + " is not strict")));
      }
    };
  }

  private static ArchCondition<JavaClass> dependOnNoStoreOfAnotherPackage() {
    return new ArchCondition<>("not depend on a store of another package") {
      @Override
      public void check(JavaClass store, ConditionEvents events) {
        store.getDirectDependenciesFromSelf().stream()
            .filter(use -> use.getTargetClass().getSimpleName().endsWith("Store"))
            .filter(use -> use.getTargetClass().getPackageName().startsWith("dev.kintsugi"))
            .filter(use -> !use.getTargetClass().getPackage().equals(store.getPackage()))
            .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
      }
    };
  }
}
