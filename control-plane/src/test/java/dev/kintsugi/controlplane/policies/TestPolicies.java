package dev.kintsugi.controlplane.policies;

import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.controlplane.topics.PromptTopics;
import java.time.Clock;

/** Policies as replicas know them. */
public final class TestPolicies {

  private TestPolicies() {}

  /** Of a replica that never read what the server's database has. */
  public static PromptPolicies unread(TestServer server) {
    return new PromptPolicies(
        server.bean(PolicyStore.class), server.bean(PromptTopics.class), Clock.systemUTC());
  }
}
