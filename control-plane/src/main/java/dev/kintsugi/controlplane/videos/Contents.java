package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.artifacts.StoredFile;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.types.files.StreamedFile;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers with the files of a completed job: whole, in parts, or not at all when unchanged. */
@Singleton
final class Contents {

  private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
  private static final String BOUNDARY = "kintsugi-part-of-a-video";
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private final ArtifactStore store;
  private final Clock clock;

  Contents(ArtifactStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** The whole video, whatever the request says about ranges. */
  MutableHttpResponse<?> whole(Job job) {
    Found found = find(job, "video");
    return whole(found);
  }

  /** One variant, as the request's conditions and ranges ask. */
  MutableHttpResponse<?> answer(Job job, String variant, HttpRequest<?> request) {
    Found found = find(job, variant);
    HttpHeaders headers = request.getHeaders();
    if (matches(headers.get(HttpHeaders.IF_NONE_MATCH), found.etag())) {
      return described(HttpResponse.notModified(), found);
    }
    String range =
        ifRangeHolds(headers.get(HttpHeaders.IF_RANGE), found)
            ? headers.get(HttpHeaders.RANGE)
            : null;
    if (request.getMethod() == HttpMethod.HEAD) {
      return described(HttpResponse.ok(), found)
          .contentType(type(found))
          .contentLength(found.length());
    }
    return switch (ByteRanges.select(range, found.length())) {
      case ByteRanges.Selection.Whole() -> whole(found);
      case ByteRanges.Selection.Parts(List<ByteRanges.Slice> slices) ->
          slices.size() == 1 ? single(found, slices.getFirst()) : multiple(found, slices);
      case ByteRanges.Selection.Unsatisfiable() -> unsatisfiable(found);
    };
  }

  private record Found(Job job, Artifact artifact, StoredFile file, Instant modified) {
    long length() {
      return artifact.bytes();
    }

    String etag() {
      return '"' + artifact.sha256() + '"';
    }
  }

  private Found find(Job job, String variant) {
    Result result = job.result();
    if (result == null || job.completedAt() == null) {
      throw ApiException.of(
          ErrorCode.NOT_READY,
          "The video has no content: it is " + job.status().wireName() + ".",
          "video_id");
    }
    Artifact artifact =
        result.artifacts().stream()
            .filter(file -> file.variant().equals(variant))
            .findFirst()
            .orElseThrow(() -> noVariant(variant));
    boolean expired = job.expiresAt() != null && clock.instant().isAfter(job.expiresAt());
    StoredFile file = expired ? null : stored(artifact).orElse(null);
    if (file == null) {
      throw ApiException.of(
          ErrorCode.ARTIFACT_EXPIRED,
          "The content is not kept any more; it expired at " + job.expiresAt() + ".",
          "video_id");
    }
    return new Found(job, artifact, file, job.completedAt());
  }

  private Optional<StoredFile> stored(Artifact artifact) {
    try {
      return store.find(artifact.sha256());
    } catch (IOException away) {
      throw unreachable(away);
    }
  }

  private static ApiException unreachable(IOException away) {
    LOG.warn("The store of finished files does not answer: {}", away.getMessage());
    return ApiException.retryable(
        ErrorCode.UNAVAILABLE,
        "The store of finished files is not reachable at the moment; try again.",
        Duration.ofSeconds(2));
  }

  private static ApiException noVariant(String variant) {
    return ApiException.of(ErrorCode.NOT_FOUND, "This video has no " + variant + ".", "variant");
  }

  private MutableHttpResponse<?> whole(Found found) {
    InputStream in = open(found, new ByteRanges.Slice(0, found.length() - 1));
    return described(HttpResponse.ok(), found)
        .contentLength(found.length())
        .body(file(in, found.length(), type(found)));
  }

  private static MutableHttpResponse<?> single(Found found, ByteRanges.Slice slice) {
    InputStream in = open(found, slice);
    return described(HttpResponse.status(206, "Partial Content"), found)
        .header(HttpHeaders.CONTENT_RANGE, slice.header(found.length()))
        .body(file(in, slice.length(), type(found)));
  }

  private static MutableHttpResponse<?> multiple(Found found, List<ByteRanges.Slice> slices) {
    List<InputStream> parts = new ArrayList<>();
    long length = 0;
    for (ByteRanges.Slice slice : slices) {
      String head =
          "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
              .formatted(BOUNDARY, found.artifact().mediaType(), slice.header(found.length()));
      length += head.length() + slice.length();
      parts.add(ascii(head));
      parts.add(open(found, slice));
    }
    String end = "\r\n--" + BOUNDARY + "--\r\n";
    parts.add(ascii(end));
    MediaType type = MediaType.of("multipart/byteranges; boundary=" + BOUNDARY);
    return described(HttpResponse.status(206, "Partial Content"), found)
        .body(
            file(
                new SequenceInputStream(Collections.enumeration(parts)),
                length + end.length(),
                type));
  }

  private static MutableHttpResponse<?> unsatisfiable(Found found) {
    ApiException refusal =
        ApiException.of(
            ErrorCode.RANGE_NOT_SATISFIABLE,
            "The file has " + found.length() + " bytes; no asked range lies within it.",
            "Range");
    return HttpResponse.status(416, "Range Not Satisfiable")
        .header(HttpHeaders.CONTENT_RANGE, "bytes */" + found.length())
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .body(refusal.body());
  }

  private static <T> MutableHttpResponse<T> described(
      MutableHttpResponse<T> response, Found found) {
    return response
        .header(HttpHeaders.ETAG, found.etag())
        .header(HttpHeaders.LAST_MODIFIED, HTTP_DATE.format(found.modified()))
        .header(HttpHeaders.ACCEPT_RANGES, "bytes")
        .header(HttpHeaders.CACHE_CONTROL, "private, max-age=3600")
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            "inline; filename=\"%s%s\"".formatted(found.job().id(), extension(found)));
  }

  private static String extension(Found found) {
    return switch (found.artifact().mediaType()) {
      case "video/mp4" -> ".mp4";
      case "image/webp" -> ".webp";
      case "image/png" -> ".png";
      case "image/jpeg" -> ".jpg";
      default -> "";
    };
  }

  private static boolean matches(@Nullable String ifNoneMatch, String etag) {
    if (ifNoneMatch == null) {
      return false;
    }
    for (String candidate : ifNoneMatch.split(",")) {
      String tag = candidate.trim();
      if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
        return true;
      }
    }
    return false;
  }

  /** A strong tag or a date; when it does not hold, the whole file is sent. */
  private static boolean ifRangeHolds(@Nullable String ifRange, Found found) {
    return ifRange == null
        || ifRange.trim().equals(found.etag())
        || ifRange.trim().equals(HTTP_DATE.format(found.modified()));
  }

  private static InputStream open(Found found, ByteRanges.Slice slice) {
    try {
      return found.file().open(slice.first(), slice.length());
    } catch (NoSuchFileException gone) {
      throw ApiException.of(
          ErrorCode.ARTIFACT_EXPIRED, "The content is not kept any more.", "video_id");
    } catch (IOException away) {
      throw unreachable(away);
    }
  }

  private static StreamedFile file(InputStream in, long length, MediaType type) {
    return new StreamedFile(in, type, 0, length);
  }

  private static InputStream ascii(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static MediaType type(Found found) {
    return MediaType.of(found.artifact().mediaType());
  }
}
