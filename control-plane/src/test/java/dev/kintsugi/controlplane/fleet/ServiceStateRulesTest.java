package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceStateRulesTest {

  @Test
  void aWholeStateHasNoProblems() {
    assertThat(ServiceStateRules.problems("studio", "wan", FleetStates.state("u1", 1, 0)))
        .isEmpty();
  }

  @Test
  void everyProblemIsReportedAtOnceByItsField() {
    ServiceState state =
        new ServiceState(
            "",
            0,
            -1,
            " ",
            0,
            List.of(""),
            List.of(
                new ServiceState.Revision("r1", "1", "abc", 101),
                new ServiceState.Revision("r1", "", null, 9)),
            List.of(
                new ServiceState.Node("n", "r2", "main", false, "ftp://x", true, false),
                new ServiceState.Node("n", "r1", "main", false, "http://h:1", true, false, "noon")),
            List.of("fewer_steps", "fewer_steps", "as_asked"),
            null,
            new ServiceState.Scaling(0, 1, -1),
            null,
            new ServiceState.Probe(" ", 0, 0, 0),
            List.of(
                new ServiceState.Freeze("0 25 * * *", 60, "UTC", null),
                new ServiceState.Freeze("0 0 * * *", 0, "UTC", null),
                new ServiceState.Freeze("0 0 * * *", 60, "Mars", null)));
    assertThat(ServiceStateRules.problems("Studio!", "-", state))
        .extracting(problem -> problem.substring(0, problem.indexOf(':')))
        .containsExactly(
            "namespace",
            "name",
            "uid",
            "generation",
            "sequence",
            "model",
            "deadline_seconds",
            "ladder[1]",
            "ladder[2]",
            "scaling.target_per_pod",
            "scaling.scale_down_below",
            "scaling.replicas",
            "probe.prompt",
            "probe.interval_seconds",
            "probe.timeout_seconds",
            "probe.failures",
            "freezes[0].schedule",
            "freezes[1].duration_seconds",
            "freezes[2].time_zone",
            "tenants[0]",
            "revisions[0].weight",
            "revisions[0].digest",
            "revisions[1].name",
            "revisions[1].version",
            "revisions",
            "nodes[0].revision",
            "nodes[0].address",
            "nodes[1].name",
            "nodes[1].stop_at");
  }

  @Test
  void everyProblemOfARolloutIsReportedByItsField() {
    ServiceState.Rollout wrong =
        new ServiceState.Rollout(
            " ", "r9", "r9", 5, 5, 0, 0.6, 0.0001, 0.01, 0, "yesterday", false, 101, "moon", 0.0);
    assertThat(RolloutRules.problems(wrong, Set.of("r1", "r2")))
        .extracting(problem -> problem.substring(0, problem.indexOf(':')))
        .containsExactly(
            "rollout.name",
            "rollout.stable",
            "rollout.canary",
            "rollout.canary",
            "rollout.step",
            "rollout.alpha",
            "rollout.beta",
            "rollout.smallest_regression",
            "rollout.smallest_slowdown",
            "rollout.decide_within_seconds",
            "rollout.started_at",
            "rollout.shadow_videos",
            "rollout.sticky",
            "rollout.price_ratio");
    ServiceState.Rollout right =
        new ServiceState.Rollout(
            "demo-2",
            "r1",
            "r2",
            0,
            5,
            0.01,
            0.05,
            0.04,
            0.25,
            3600,
            "2026-06-01T12:00:00Z",
            false);
    assertThat(RolloutRules.problems(right, Set.of("r1", "r2"))).isEmpty();
    assertThat(RolloutRules.problems(null, Set.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "10.0.0.1:80", "http://", "http://u:p@h", "http://h?q", "http://h#f"})
  void refusesWhatIsNoBaseUrl(String address) {
    assertThat(ServiceStateRules.baseUrl(address)).isFalse();
  }
}
