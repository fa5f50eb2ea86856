package dev.kintsugi.core.ledger;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form of an error message: what is left once everything is taken out that differs between two
 * occurrences of one cause (ids, addresses, directories, numbers, names of machines).
 */
final class MessageForm {

  private static final int LONGEST = 200;

  private static final Pattern URL = Pattern.compile("\\b[a-z][a-z0-9+.-]*://[^\\s,;)\\]]+");
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d+)?|/?\\[[0-9a-f:]{2,}](?::\\d+)?");
  private static final Pattern DIRECTORY =
      Pattern.compile("(?<![\\w<>])(?:/[\\w.@+-]+)*/(?=[\\w.@+-])");
  private static final Pattern UUID =
      Pattern.compile("\\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\\b");
  private static final Pattern OUR_ID =
      Pattern.compile("\\b(?:video|attempt|case|key|fault)_[a-z0-9_-]+");
  private static final Pattern HEX =
      Pattern.compile("\\b0x[0-9a-f]+\\b|\\b(?=[a-f]*\\d)(?=\\d*[a-f])[0-9a-f]{8,}\\b");

  /** Numbers that are a cause by themselves. */
  private static final Pattern CODE =
      Pattern.compile("\\b(http|status|xid|errno|exit code|signal)([ :=#]{1,3})(\\d{1,3})\\b");

  private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(?:[.,]\\d+)*(?:e[-+]?\\d+)?");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private MessageForm() {}

  static String of(String message, List<String> names) {
    String text = message.toLowerCase(Locale.ROOT);
    List<String> longestFirst =
        names.stream()
            .filter(name -> name.length() > 1)
            .map(name -> name.toLowerCase(Locale.ROOT))
            .sorted(Comparator.comparing(String::length).reversed().thenComparing(n -> n))
            .toList();
    for (String name : longestFirst) {
      text = text.replace(name, "<name>");
    }
    text = URL.matcher(text).replaceAll("<address>");
    text = ADDRESS.matcher(text).replaceAll("<address>");
    text = UUID.matcher(text).replaceAll("<id>");
    text = OUR_ID.matcher(text).replaceAll("<id>");
    text = HEX.matcher(text).replaceAll("<id>");
    text = DIRECTORY.matcher(text).replaceAll("");
    text = keepCodes(text);
    text = SPACE.matcher(text).replaceAll(" ").strip();
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  /** Every other number becomes {@code #}. */
  private static String keepCodes(String text) {
    StringBuilder out = new StringBuilder();
    int from = 0;
    Matcher code = CODE.matcher(text);
    while (code.find()) {
      out.append(NUMBER.matcher(text.substring(from, code.start())).replaceAll("#"));
      out.append(code.group());
      from = code.end();
    }
    return out.append(NUMBER.matcher(text.substring(from)).replaceAll("#")).toString();
  }
}
