package dev.kintsugi.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import org.junit.jupiter.api.Test;

class MetricCatalogueTest {

  @Test
  void listsEveryConstantOnceUnderAValidName() {
    long constants =
        new ClassFileImporter()
            .importPackagesOf(MetricSpec.class).stream()
                .flatMap(subject -> subject.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .map(JavaField::getRawType)
                .filter(type -> type.isEquivalentTo(MetricSpec.class))
                .count();
    assertThat(MetricCatalogue.all()).hasSize((int) constants).doesNotHaveDuplicates();
    assertThat(MetricCatalogue.all())
        .allSatisfy(
            spec -> {
              assertThat(spec.name()).matches("kintsugi_[a-z0-9_]+").doesNotEndWith("_total");
              assertThat(spec.help()).endsWith(".");
            });
  }
}
