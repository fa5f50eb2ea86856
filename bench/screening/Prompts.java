package dev.kintsugi.controlplane.screening;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Seeded prompts as customers write them, half of them Chinese: no two alike, one to six clauses. */
final class Prompts {
  private static final String[] SUBJECTS = {"a cat", "an old fisherman", "two children", "a red fox", "a robot", "a dancer in white", "a paper boat", "a knight", "a street musician", "a small dragon"};
  private static final String[] ACTIONS = {"runs", "walks slowly", "looks up", "dances", "sleeps", "turns around", "reads a letter", "waves", "jumps over a puddle", "plays the violin"};
  private static final String[] SCENES = {"on a beach", "in a pine forest", "under heavy rain", "in a crowded market", "on a snowy ridge", "in a kitchen", "by a quiet lake", "on a rooftop", "in a desert", "in an old library"};
  private static final String[] DETAILS = {"soft morning light", "neon signs in the distance", "shallow depth of field", "a gentle wind moves the grass", "the camera follows slowly", "cinematic colours, 35 mm", "steam rises from the ground", "reflections on wet asphalt", "birds fly over the hills", "warm lamps behind the windows", "in the style of watercolour", "dust floats in the sunbeams"};
  private static final String[] ZH_SUBJECTS = {"一只猫", "一位老渔夫", "两个孩子", "一只红狐狸", "一个机器人", "穿白裙的舞者", "一只纸船", "一名骑士", "街头音乐家", "一条小龙"};
  private static final String[] ZH_ACTIONS = {"奔跑", "慢慢地走", "抬头看", "跳舞", "睡觉", "转身", "读一封信", "挥手", "跳过水坑", "拉小提琴"};
  private static final String[] ZH_SCENES = {"在海滩上", "在松林里", "在大雨中", "在拥挤的市场", "在雪山上", "在厨房里", "在安静的湖边", "在屋顶上", "在沙漠里", "在老图书馆"};
  private static final String[] ZH_DETAILS = {"柔和的晨光", "远处有霓虹灯", "浅景深", "微风吹动草地", "镜头缓缓跟随", "电影色调", "地面升起蒸汽", "湿漉漉的路面倒影", "鸟儿飞过山丘", "窗后有暖灯", "水彩画风格", "阳光里飘着灰尘"};

  private final Random random;

  Prompts(long seed) {
    random = new Random(seed);
  }

  List<String> take(int count) {
    List<String> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(i % 2 == 0 ? english() : chinese());
    }
    return prompts;
  }

  /** What nobody makes a video of. */
  List<String> ofAnotherKind(int count) {
    String[] kinds = {"SELECT %d FROM t%d WHERE id = %d", "invoice no. %d of %d, net %d EUR, payable within 30 days", "for (int i = %d; i < %d; i++) sum += a[i] * %d;", "第%d号发票，税额%d元，请于%d日内付款", "错误代码%d：无法连接到服务器%d，端口%d被拒绝"};
    List<String> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(kinds[i % kinds.length].formatted(random.nextInt(10_000), random.nextInt(10_000), random.nextInt(10_000)));
    }
    return prompts;
  }

  private String english() {
    return "%s %s %s%s".formatted(pick(SUBJECTS), pick(ACTIONS), pick(SCENES), details(DETAILS, ", "));
  }

  private String chinese() {
    return "%s%s%s%s".formatted(pick(ZH_SUBJECTS), pick(ZH_SCENES), pick(ZH_ACTIONS), details(ZH_DETAILS, "，"));
  }

  private String details(String[] all, String comma) {
    List<String> some = new ArrayList<>(List.of(all));
    Collections.shuffle(some, random);
    // Most prompts are short; one in a hundred has everything.
    int most = random.nextInt(100) == 0 ? all.length : 6;
    return String.join("", some.subList(0, random.nextInt(most + 1)).stream().map(detail -> comma + detail).toList());
  }

  private String pick(String[] of) {
    return of[random.nextInt(of.length)];
  }
}
