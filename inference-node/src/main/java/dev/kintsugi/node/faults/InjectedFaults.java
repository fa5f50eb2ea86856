package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.media.ClipEncoder;
import dev.kintsugi.media.Disk;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptFaults;
import dev.kintsugi.node.attempts.AttemptListener;
import dev.kintsugi.node.engine.FaultPoints;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the armed faults act on attempts. */
@Singleton
@Requires(property = FaultSettings.SWITCH, value = "true")
final class InjectedFaults implements AttemptFaults, AttemptListener {
  private static final Logger LOG = LoggerFactory.getLogger(InjectedFaults.class);

  private final FaultBoard board;
  private final LeakedMemory memory;
  private final XidInjection xids;
  private final Clock clock;
  private final Map<String, FaultSession> sessions = new ConcurrentHashMap<>();
  private final Map<String, SmallDisk> disks = new ConcurrentHashMap<>();

  InjectedFaults(FaultBoard board, LeakedMemory memory, XidInjection xids, Clock clock) {
    this.board = board;
    this.memory = memory;
    this.xids = xids;
    this.clock = clock;
  }

  @Override
  public FaultPoints generation(Attempt attempt) {
    return new RunFaults(session(attempt), memory, xids);
  }

  @Override
  public FaultPoints selfTest(String name) {
    return new SelfTestFaults(board);
  }

  @Override
  public void directoryMade(Attempt attempt) throws MediaException {
    FaultSession session = session(attempt);
    Optional<ArmedFault> fault = session.begins(Kind.DISK_FULL, Chance.ANY);
    if (fault.isEmpty()) {
      return;
    }
    Path directory = attempt.directory();
    try {
      SmallDisk disk = SmallDisk.under(directory);
      disks.put(attempt.id(), disk);
      fault.get().did(disk.describe());
    } catch (IOException e) {
      // It is refused, so nobody will say that it ended.
      sessions.remove(attempt.id());
      session.close();
      throw Disk.failure("make a small disk", directory, e);
    }
  }

  @Override
  public Undo encoding(Attempt attempt) throws MediaException {
    Optional<ArmedFault> fault = session(attempt).tries(Kind.ENCODE_FAILED);
    if (fault.isEmpty()) {
      return Undo.NOTHING;
    }
    // The encoder cannot open its file where a directory stands.
    Path inTheWay = ClipEncoder.unfinished(attempt.directory(), MediaFile.Variant.VIDEO);
    try {
      Files.createDirectory(inTheWay);
    } catch (IOException e) {
      throw Disk.failure("stand in the encoder's way", inTheWay, e);
    }
    fault.get().did("the encoder could not open " + inTheWay.getFileName());
    return () -> {
      try {
        Files.deleteIfExists(inTheWay);
      } catch (IOException e) {
        throw Disk.failure("clear the encoder's way", inTheWay, e);
      } finally {
        board.settle(fault.get());
      }
    };
  }

  @Override
  public Optional<String> acted(String attempt) {
    return Optional.ofNullable(sessions.get(attempt)).flatMap(FaultSession::acted);
  }

  @Override
  public void ended(Attempt attempt) {
    SmallDisk disk = disks.remove(attempt.id());
    if (disk != null) {
      try {
        disk.close();
      } catch (IOException e) {
        LOG.warn("the small disk of {} could not be undone: {}", attempt.id(), e.toString());
      }
    }
    FaultSession session = sessions.remove(attempt.id());
    if (session != null) {
      session.close();
    }
  }

  private FaultSession session(Attempt attempt) {
    return sessions.computeIfAbsent(
        attempt.id(), id -> new FaultSession(board, attempt.job().generation(), clock));
  }
}
