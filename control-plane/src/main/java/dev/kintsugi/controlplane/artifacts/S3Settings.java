package dev.kintsugi.controlplane.artifacts;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * An S3-compatible store for finished files. Without a bucket they stay on the volume.
 *
 * @param endpoint base URL of the store; empty for AWS itself
 * @param bucket that exists; empty for none
 * @param region as the store names it
 * @param accessKey empty to take credentials from the environment
 * @param prefix of every key, such as {@code kintsugi/}
 * @param partBytes length of a part; S3 refuses parts below 5 MiB
 */
@ConfigurationProperties("kintsugi.artifacts.s3")
public record S3Settings(
    @Bindable(defaultValue = "") String endpoint,
    @Bindable(defaultValue = "") String bucket,
    @Bindable(defaultValue = "us-east-1") String region,
    @Bindable(defaultValue = "") String accessKey,
    @Bindable(defaultValue = "") String secretKey,
    @Bindable(defaultValue = "") String prefix,
    @Bindable(defaultValue = "5242880") long partBytes) {

  public S3Settings {
    if (partBytes < 1) {
      throw new IllegalArgumentException(
          "kintsugi.artifacts.s3.part-bytes must be above 0; got " + partBytes);
    }
    if (accessKey.isEmpty() != secretKey.isEmpty()) {
      throw new IllegalArgumentException(
          "kintsugi.artifacts.s3.access-key and secret-key must be set together");
    }
    if (!endpoint.isEmpty() && bucket.isEmpty()) {
      throw new IllegalArgumentException(
          "kintsugi.artifacts.s3.endpoint is set, so kintsugi.artifacts.s3.bucket must be, too");
    }
    uri(endpoint);
  }

  boolean configured() {
    return !bucket.isEmpty();
  }

  /** Null for AWS itself. */
  @Nullable URI endpointUri() {
    return uri(endpoint);
  }

  @Override
  public String toString() {
    return "S3Settings[endpoint=" + endpoint + ", bucket=" + bucket + ", prefix=" + prefix + "]";
  }

  private static @Nullable URI uri(String endpoint) {
    if (endpoint.isEmpty()) {
      return null;
    }
    try {
      URI uri = new URI(endpoint);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, as any other text that is not a URL of ours.
    }
    throw new IllegalArgumentException(
        "kintsugi.artifacts.s3.endpoint must be an http or https URL; got '" + endpoint + "'");
  }
}
