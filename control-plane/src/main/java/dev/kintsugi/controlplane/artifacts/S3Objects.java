package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * One bucket of an S3-compatible store. Tries nothing twice: whoever calls knows what a repetition
 * costs. Failures are {@link IOException}s, {@link RefusedException} where a repetition is futile.
 */
final class S3Objects implements AutoCloseable {

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final Duration SILENT_FOR = Duration.ofSeconds(30);
  private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

  /** Of the answers with status 404, those that are about an object or an upload. */
  private static final Set<String> GONE =
      Set.of("", "404", "NotFound", "NoSuchKey", "NoSuchUpload", "Not Found");

  private static final int NOT_FOUND = 404;
  private static final int BUSY = 429;
  private static final int TIMED_OUT = 408;

  private final S3Client client;
  private final String bucket;

  S3Objects(S3Settings settings) {
    this.client = client(settings);
    this.bucket = settings.bucket();
  }

  /** The store understood the request and will not have it. */
  static final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** An object as its head describes it. */
  record Head(long bytes, Instant modified) {}

  /** A part that the store has; the tag is the MD5 of its content with most stores. */
  record StoredPart(int number, long bytes, String tag) {}

  private static S3Client client(S3Settings settings) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(ANSWER_WITHIN))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_WITHIN)
                    .socketTimeout(SILENT_FOR));
    if (settings.endpointUri() != null) {
      builder.endpointOverride(settings.endpointUri());
    }
    if (!settings.accessKey().isEmpty()) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(settings.accessKey(), settings.secretKey())));
    }
    return builder.build();
  }

  Optional<Head> head(String key) throws IOException {
    try {
      HeadObjectResponse head = ask(() -> client.headObject(r -> r.bucket(bucket).key(key)));
      return Optional.of(new Head(head.contentLength(), head.lastModified()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /**
   * @param first offset of the first byte
   */
  InputStream get(String key, long first, long length) throws IOException {
    ResponseInputStream<GetObjectResponse> in =
        ask(
            () ->
                client.getObject(
                    r ->
                        r.bucket(bucket)
                            .key(key)
                            .range("bytes=" + first + "-" + (first + length - 1))));
    return in;
  }

  void put(String key, byte[] content, String md5) throws IOException {
    var unused =
        ask(
            () ->
                client.putObject(
                    r -> r.bucket(bucket).key(key).contentMD5(md5),
                    RequestBody.fromBytes(content)));
  }

  void copy(String from, String to) throws IOException {
    var unused =
        ask(
            () ->
                client.copyObject(
                    r ->
                        r.sourceBucket(bucket)
                            .sourceKey(from)
                            .destinationBucket(bucket)
                            .destinationKey(to)));
  }

  /** Deleting what is not there is no error. */
  void delete(String key) throws IOException {
    var unused = ask(() -> client.deleteObject(r -> r.bucket(bucket).key(key)));
  }

  /** Time of the last write by key, of every object below a prefix. */
  Map<String, Instant> list(String prefix) throws IOException {
    Map<String, Instant> found = new HashMap<>();
    return ask(
        () -> {
          for (S3Object each :
              client.listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).contents()) {
            found.put(each.key(), each.lastModified());
          }
          return found;
        });
  }

  /** Uploads below a prefix that were begun and neither completed nor given up. */
  List<MultipartUpload> uploads(String prefix) throws IOException {
    return ask(
        () ->
            client
                .listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(prefix))
                .uploads()
                .stream()
                .toList());
  }

  /** Begins an upload; nothing is seen of it until it is complete. */
  String begin(String key) throws IOException {
    return ask(() -> client.createMultipartUpload(r -> r.bucket(bucket).key(key))).uploadId();
  }

  List<StoredPart> parts(String key, String upload) throws IOException {
    return ask(
        () ->
            client
                .listPartsPaginator(r -> r.bucket(bucket).key(key).uploadId(upload))
                .parts()
                .stream()
                .map(S3Objects::part)
                .toList());
  }

  /** Sends a part; the store refuses it when it arrives with another MD5 (base64). */
  StoredPart send(String key, String upload, int number, byte[] content, String md5)
      throws IOException {
    String tag =
        ask(() ->
                client.uploadPart(
                    r ->
                        r.bucket(bucket)
                            .key(key)
                            .uploadId(upload)
                            .partNumber(number)
                            .contentMD5(md5),
                    RequestBody.fromBytes(content)))
            .eTag();
    return new StoredPart(number, content.length, tag);
  }

  /** Makes the object of its parts, in one step. */
  void complete(String key, String upload, List<StoredPart> parts) throws IOException {
    List<CompletedPart> all =
        parts.stream()
            .map(part -> CompletedPart.builder().partNumber(part.number()).eTag(part.tag()).build())
            .toList();
    var unused =
        ask(
            () ->
                client.completeMultipartUpload(
                    r ->
                        r.bucket(bucket)
                            .key(key)
                            .uploadId(upload)
                            .multipartUpload(m -> m.parts(all))));
  }

  void abort(String key, String upload) throws IOException {
    var unused =
        ask(() -> client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(upload)));
  }

  @Override
  public void close() {
    client.close();
  }

  private static StoredPart part(Part part) {
    return new StoredPart(part.partNumber(), part.size(), part.eTag());
  }

  private static <T> T ask(Supplier<T> call) throws IOException {
    try {
      return call.get();
    } catch (NoSuchKeyException gone) {
      throw missing(gone);
    } catch (SdkServiceException answer) {
      if (answer.statusCode() == NOT_FOUND && GONE.contains(code(answer))) {
        throw missing(answer);
      }
      boolean mayPass =
          answer.statusCode() / 100 != 4
              || answer.statusCode() == BUSY
              || answer.statusCode() == TIMED_OUT
              || answer.isClockSkewException()
              || String.valueOf(answer.getMessage()).contains("BadDigest");
      String message = "the object store answered: " + answer.getMessage();
      throw mayPass ? new IOException(message, answer) : new RefusedException(message, answer);
    } catch (UncheckedIOException broken) {
      throw new IOException("the object store is not reachable: " + broken.getMessage(), broken);
    } catch (SdkClientException away) {
      throw new IOException("the object store is not reachable: " + away.getMessage(), away);
    } catch (SdkException other) {
      throw new IOException("the object store failed: " + other.getMessage(), other);
    }
  }

  /** Empty where the answer has no body, as to a HEAD request. */
  private static String code(SdkServiceException answer) {
    return answer instanceof AwsServiceException aws
            && aws.awsErrorDetails() != null
            && aws.awsErrorDetails().errorCode() != null
        ? aws.awsErrorDetails().errorCode()
        : "";
  }

  private static NoSuchFileException missing(Exception cause) {
    NoSuchFileException missing = new NoSuchFileException("not in the object store");
    missing.initCause(cause);
    return missing;
  }
}
