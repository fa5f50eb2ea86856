package dev.kintsugi.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MetricCatalogueTest {

  @Test
  void listsEveryConstantOnceUnderAValidName() {
    long constants =
        Arrays.stream(MetricCatalogue.class.getFields())
            .filter(field -> Modifier.isStatic(field.getModifiers()))
            .filter(field -> field.getType() == MetricSpec.class)
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
