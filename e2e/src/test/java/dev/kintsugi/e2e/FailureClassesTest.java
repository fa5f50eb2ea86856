package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** After every scenario that breaks something: what the run saw is what the documentation says. */
@Order(Integer.MAX_VALUE - 1)
class FailureClassesTest {
  private static final String WRITE = "kintsugi.failure-classes.write";
  private static final Path PAGE = Checkout.root().resolve("docs/failure-classes.md");
  private static final String HEAD =
      """
      # Failure classes that were produced

      Written by the scenarios of `make test` from what the product itself told of them. Each class was produced by a real failure or by a
      [fault](operating/faults.md) that acts where the real one would; no answer was made up. `FailureClassesTest` fails when a class of
      `FailureClass` was not seen in its run, or when this page says something else than the run.

      | class | what was done | told by | scenario |
      |---|---|---|---|
      """;

  @Test
  void everyClassWasProducedAndThePageSaysHow() throws IOException {
    assertThat(SeenClasses.neverSeen())
        .as("failure classes that no scenario of this run produced")
        .isEmpty();
    String page = HEAD + SeenClasses.table();
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as(
            "stale; to write it anew: deploy/bin/mvn -Pe2e -pl protocol,e2e verify -D%s=true",
            WRITE)
        .content()
        .isEqualTo(page);
  }
}
