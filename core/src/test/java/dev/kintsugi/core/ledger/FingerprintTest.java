package dev.kintsugi.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ledger.Fingerprint.Facts;
import dev.kintsugi.core.ledger.Fingerprint.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {

  private static final Shape SMALL = new Shape(160, 96, 17);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CUDA out of memory: tried to allocate 512.00 MiB | CUDA out of memory: tried to allocate 1.25 MiB",
        "node http://10.1.2.3:8090 refuses connections | node http://10.9.0.77:8091 refuses connections",
        "10.0.0.1:8090 broke off | 192.168.7.20:8091 broke off",
        "attempt_0198c0ffee00 is gone | attempt_0198deadbeef is gone",
        "disk of /var/lib/kintsugi/node/tmp is full | disk of /data/tmp is full",
        "latent is NaN at step 3 of 8 (seed 42) | latent is NaN at step 4 of 8 (seed 1337)",
        "model file /models/a/vae/decoder.pt is truncated: 12 of 34 bytes | model file /srv/b/vae/decoder.pt is truncated: 9 of 34 bytes",
        "checkpoint 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 differs | checkpoint 0f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09 differs",
        "lost 3fa85f64-5717-4562-b3fc-2c963f66afa6 | lost 7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "No  contact\tfor 12 s | no contact for 7 s",
      })
  void occurrencesOfOneCauseAreOneFamily(String one, String other) {
    assertThat(of("INTERNAL", one)).isEqualTo(of("INTERNAL", other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "the node answered HTTP 404 | the node answered HTTP 503",
        "Xid 79 reported | Xid 48 reported",
        "model file /m/vae/decoder.pt is truncated | model file /m/vae/encoder.pt is truncated",
        "encoder refused the first frame | encoder refused the last frame",
        "exit code 134 | exit code 137",
      })
  void differentCausesAreDifferentFamilies(String one, String other) {
    assertThat(of("INTERNAL", one)).isNotEqualTo(of("INTERNAL", other));
  }

  @Test
  void everyPartTellsFamiliesApart() {
    Set<Fingerprint> all = new HashSet<>();
    all.add(of("NAN_LATENTS", "denoising", "high", "model_version", "1", 1, SMALL, false));
    all.add(of("BLACK_FRAMES", "denoising", "high", "model_version", "1", 1, SMALL, false));
    all.add(of("NAN_LATENTS", "decoding", "high", "model_version", "1", 1, SMALL, false));
    all.add(of("NAN_LATENTS", "denoising", "low", "model_version", "1", 1, SMALL, false));
    all.add(of("NAN_LATENTS", "denoising", "high", "gpu", "1", 1, SMALL, false));
    all.add(of("NAN_LATENTS", "denoising", "high", "model_version", "2", 1, SMALL, false));
    all.add(of("NAN_LATENTS", "denoising", "high", "model_version", "1", 7, SMALL, false));
    all.add(
        of(
            "NAN_LATENTS",
            "denoising",
            "high",
            "model_version",
            "1",
            1,
            new Shape(1280, 720, 81),
            false));
    all.add(of("NAN_LATENTS", "denoising", "high", "model_version", "1", 1, SMALL, true));
    assertThat(all).hasSize(9);
  }

  @Test
  void aLostMachineIsOneFamilyWhateverItWasMaking() {
    Fingerprint first = of("NODE_LOST", "denoising", "high", "node", "1", 1, SMALL, false);
    Fingerprint later =
        of("NODE_LOST", "decoding", null, "node", "1", 8, new Shape(1280, 720, 81), false);
    assertThat(first).isEqualTo(later);
  }

  @Property
  void idsNumbersSeedsAndTheOrderOfNamesChangeNothing(
      @ForAll @LongRange(min = 0) long seed,
      @ForAll @IntRange(min = 0, max = 1_000_000) int number,
      @ForAll boolean swapped) {
    String node = "studio/wan-tiny-" + Long.toString(seed, 36);
    String job = "video_%016x%016x".formatted(seed, ~seed);
    String message =
        "%s failed for %s with seed %d after %d.5 s on %s".formatted(node, job, seed, number, node);
    List<String> names = swapped ? List.of(job, node) : List.of(node, job);

    Fingerprint fingerprint = Fingerprint.of(facts(message, names));

    assertThat(fingerprint.message())
        .isEqualTo("<name> failed for <name> with seed # after # s on <name>");
    assertThat(fingerprint.text())
        .isEqualTo(Fingerprint.of(facts(message, names.reversed())).text());
  }

  @Property
  void twoTextsAreEqualOnlyForEqualParts(
      @ForAll String message, @ForAll String other, @ForAll boolean injected) {
    Fingerprint one = of("INTERNAL", message);
    Fingerprint two = of("INTERNAL", other);
    assertThat(one.text().equals(two.text())).isEqualTo(one.equals(two));
    assertThat(of("INTERNAL", message)).isEqualTo(one);
  }

  @Property
  void theStepBandNeverLeavesTheSchedule(
      @ForAll @IntRange(min = -5, max = 300) int step,
      @ForAll @IntRange(min = 0, max = 200) int steps) {
    Facts facts =
        new Facts(
            "STALLED",
            "denoising",
            "low",
            "node",
            "1",
            step,
            steps,
            SMALL,
            null,
            false,
            "",
            List.of());
    assertThat(Fingerprint.of(facts).stepBand()).matches(steps == 0 ? "none" : "q[1-4]");
  }

  private static Fingerprint of(String failureClass, String message) {
    return Fingerprint.of(
        new Facts(
            failureClass,
            "denoising",
            "high",
            "node",
            "1",
            1,
            8,
            SMALL,
            null,
            false,
            message,
            List.of()));
  }

  private static Fingerprint of(
      String failureClass,
      String stage,
      @Nullable String expert,
      String attribution,
      String version,
      int step,
      Shape shape,
      boolean injected) {
    return Fingerprint.of(
        new Facts(
            failureClass,
            stage,
            expert,
            attribution,
            version,
            step,
            8,
            shape,
            null,
            injected,
            "broke",
            List.of()));
  }

  private static Facts facts(String message, List<String> names) {
    return new Facts(
        "INTERNAL", "denoising", "high", "node", "1", 1, 8, SMALL, null, false, message, names);
  }
}
