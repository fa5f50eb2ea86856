package dev.kintsugi.controlplane.webhooks;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Tells addresses of the public internet from those of this machine, its networks and its cloud's
 * metadata service (IANA special-purpose registries). Pure.
 */
final class PublicAddress {

  private static final int[][] SPECIAL_V4 = {
    {0, 0, 8}, // this network
    {10, 0, 8}, // private
    {100, 64, 10}, // carrier NAT; some clouds' metadata
    {127, 0, 8}, // loopback
    {169, 254, 16}, // link local; most clouds' metadata
    {172, 16, 12}, // private
    {192, 0, 24}, // protocol assignments
    {192, 168, 16}, // private
    {198, 18, 15}, // benchmarks
    {224, 0, 4}, // multicast
    {240, 0, 4}, // reserved, broadcast
  };

  private PublicAddress() {}

  static boolean is(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return publicV4(bytes);
    }
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !address.isMulticastAddress()
        && publicV6(bytes);
  }

  private static boolean publicV4(byte[] bytes) {
    int address = toInt(bytes, 0);
    for (int[] block : SPECIAL_V4) {
      int network = block[0] << 24 | block[1] << 16;
      int mask = -1 << (32 - block[2]);
      if ((address & mask) == network) {
        return false;
      }
    }
    return true;
  }

  /** Only global unicast is public, and of it not what carries a special IPv4 address inside. */
  private static boolean publicV6(byte[] bytes) {
    if (startsWith(bytes, 0x00, 0x64, 0xff, 0x9b)) {
      return publicV4(Arrays.copyOfRange(bytes, 12, 16));
    }
    if (startsWith(bytes, 0x20, 0x02)) {
      return publicV4(Arrays.copyOfRange(bytes, 2, 6));
    }
    boolean teredo = startsWith(bytes, 0x20, 0x01, 0x00, 0x00);
    boolean documentation = startsWith(bytes, 0x20, 0x01, 0x0d, 0xb8);
    boolean globalUnicast = (bytes[0] & 0xe0) == 0x20;
    return globalUnicast && !teredo && !documentation;
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if ((bytes[i] & 0xff) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static int toInt(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }
}
