package dev.kintsugi.controlplane.dispatch;

import java.time.Clock;

/** What every attempt needs to be seen through. */
record AttemptTools(
    PatientQueue queue,
    NodeClient nodes,
    ResultCollector collector,
    CheckpointCourier checkpoints,
    Recoverer recoverer,
    CaseNotes cases,
    NodeRoster roster,
    DispatchMetrics metrics,
    DispatchPolicy policy,
    Clock clock) {}
