package dev.kintsugi.node.attempts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.media.MediaException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
  @TempDir Path dir;

  @Test
  void whatADeadProcessLeftIsRemovedAndNothingElse() throws Exception {
    Path leftover = Files.createDirectories(dir.resolve("attempts/old/deep"));
    Files.writeString(leftover.resolve("frames.rgb"), "x");
    Path foreign = Files.writeString(dir.resolve("notes.txt"), "keep me");

    try (WorkDirectory work = WorkDirectory.open(dir)) {
      assertThat(dir.resolve("attempts")).isEmptyDirectory();
      assertThat(foreign).exists();
      assertThat(work.create("new")).isDirectory();
    }
  }

  @Test
  void twoNodesCannotShareIt() throws Exception {
    try (WorkDirectory first = WorkDirectory.open(dir)) {
      first.create("mine");
      assertThatThrownBy(() -> WorkDirectory.open(dir))
          .isInstanceOf(MediaException.class)
          .hasMessageContaining("in use by another inference node");
      assertThat(dir.resolve("attempts/mine")).exists();
    }
  }

  @Test
  void aFullDiskIsNoticedBeforeAJobIs() throws Exception {
    Files.createSymbolicLink(dir.resolve("probe"), Path.of("/dev/full"));
    assertThatThrownBy(() -> WorkDirectory.open(dir))
        .isInstanceOf(MediaException.class)
        .hasMessage("cannot use the work directory: the disk under " + dir + " is full");

    Files.deleteIfExists(dir.resolve("probe"));
    try (WorkDirectory later = WorkDirectory.open(dir)) {
      assertThat(later.freeBytes()).isPositive();
    }
  }

  @Test
  void aPathThatIsAFileIsNamed() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> WorkDirectory.open(file))
        .isInstanceOf(MediaException.class)
        .hasMessageContaining(file.toString());
  }
}
