import java.util.Locale;

/** Numbers as they are printed and stored. */
final class Figures {
  private Figures() {}

  static String percent(double share) {
    String text = String.format(Locale.ROOT, "%.2f", 100 * share);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "") + " %";
  }

  static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** 95 % interval of a share (Wilson), as text. */
  static String interval(double share, int of) {
    double z = 1.96;
    double middle = (share + z * z / (2 * of)) / (1 + z * z / of);
    double half =
        z * Math.sqrt(share * (1 - share) / of + z * z / (4.0 * of * of)) / (1 + z * z / of);
    return String.format(Locale.ROOT, "%.4f to %.4f", Math.max(0, middle - half), middle + half);
  }
}
