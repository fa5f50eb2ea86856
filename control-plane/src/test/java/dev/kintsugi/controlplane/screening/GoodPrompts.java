package dev.kintsugi.controlplane.screening;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Prompts as satisfied customers write them, of many kinds, drawn by a seed. */
final class GoodPrompts {

  private static final String[] SUBJECTS =
      list(
          """
          an old fisherman|a red fox|two astronauts|a little girl in a yellow raincoat|the baker|a herd of wild horses
          a black cat with white paws|a tired detective|three dancers|a steam train|a small robot|an owl|a street musician
          a paper lantern|my neighbour's dog|a grey whale|the last samurai|a barefoot boy|a convoy of trucks|a glass marble
          a woman with silver hair|an elephant and her calf|a delivery drone|a bride|seven ducklings|a mountain biker
          a lonely lighthouse|a happy golden retriever|a sad clown|an angry goose|a nervous bridegroom|a wooden sailing ship
          a giant octopus|the marching band|a potter|a butterfly|a snowplough|an abandoned shopping cart|a koi carp|a monk""");
  private static final String[] ACTIONS =
      list(
          """
          walks slowly|runs|looks up|dances|turns around|waits|jumps over a fence|carries a basket of apples|sings|sleeps
          drifts past|eats a sandwich|opens a door|chases a ball|climbs a ladder|reads a newspaper|shakes off the water
          disappears|stops and listens|spins|falls asleep|plays the piano|throws a stone|feels the wind|laughs out loud
          moves from left to right|comes closer|doesn't move|glows|breaks into pieces|looks into the mirror""");
  private static final String[] PLACES =
      list(
          """
          on the beach|in a dense forest|at a bus stop|under a bridge|in a crowded market|on the roof of a skyscraper
          near a frozen lake|in the kitchen|through a field of sunflowers|across the desert|in front of the Eiffel Tower
          along the river|inside an old library|on Mars|between tall bookshelves|at the foot of a volcano|in Tokyo at night
          by the window|beneath the stars|in heavy rain|over the rooftops|on a cobblestone street|behind the curtain""");
  private static final String[] STYLES =
      list(
          """
          soft morning light|golden hour|neon lighting|film noir|watercolor style|cinematic|warm colors|high contrast
          photorealistic|anime style|backlit|moody atmosphere|foggy|1980s VHS look|oil painting|hyper detailed, 8k
          candle light|pastel palette|in the style of a documentary|dramatic shadows|studio lighting|black and white""");
  private static final String[] CAMERAS =
      list(
          """
          close-up|wide shot|slow motion|static camera|tracking shot|drone shot|handheld camera|low angle|35mm lens
          shallow depth of field|slow zoom in|the camera orbits|time-lapse|pan left|POV|macro|bird's-eye view|one take""");
  private static final String[] STATES =
      list(
          """
          the lake is calm|the street is empty|the sky is blue|the forest is peaceful|the windows are dark|the house is quiet
          the road is free|the room is warm and cozy|the walls are covered in ivy|the water is clear|the old tower is gloomy
          the garden is alive with bees|the platform is deserted|the cup is empty|the sand is warm|the café is cheerful""");
  private static final String[] VEHICLES =
      list("the wind|a ghost|a feather|a dancer|lightning|a leaf in a storm|an arrow|a king");
  private static final String[] THINGS =
      list(
          """
          apples|candles|books|seashells|old keys|balloons|coffee cups|tulips|pine cones|vinyl records|marbles|maps|lemons
          toy cars|feathers|umbrellas|paper planes|bottles|coins|clocks""");
  private static final String[] NAMES =
      list("Anna|Mr. Okafor|Zhang Wei|Captain Nemo|María|Sherlock Holmes|Ravi|Queen Victoria|Tom");
  private static final String[] EMOJI = list("🐶|🌊|🔥|🎉|🌸|🚀|👨‍👩‍👧|☀️|🇯🇵");

  private static final String[] WHO =
      list(
          """
          一位老渔夫|一只红狐狸|两名宇航员|穿黄色雨衣的小女孩|面包师|一群野马|一只白爪黑猫|疲惫的侦探|三个舞者|一列蒸汽火车|小机器人
          一只猫头鹰|街头艺人|一盏纸灯笼|邻居家的狗|一头灰鲸|最后的武士|光脚的男孩|一颗玻璃珠|银发女人|大象和小象|送货无人机|新娘
          七只小鸭子|山地车手|孤独的灯塔|快乐的金毛犬|悲伤的小丑|愤怒的大鹅|木帆船|巨大的章鱼|军乐队|陶艺师|蝴蝶|扫雪车|锦鲤|小和尚
          一个女孩|年轻的妈妈|他|她|孩子们|一台旧收音机|外卖小哥|白发老奶奶""");
  private static final String[] DOES =
      list(
          """
          慢慢走着|奔跑|抬头看|跳舞|转过身来|等待|跳过栅栏|提着一篮苹果|唱歌|睡着了|飘过|吃三明治|打开门|追着一个球|爬上梯子|看报纸
          甩掉身上的水|消失了|停下来听|旋转|弹钢琴|扔石头|大声笑|从左边移动到右边|越走越近|一动不动|发光|照镜子|缓缓落下|挥手告别""");
  private static final String[] WHERE =
      list(
          """
          在海滩上|在茂密的森林里|在公交站|在桥下|在拥挤的集市里|在摩天大楼的屋顶上|在结冰的湖边|在厨房里|在向日葵田里|在沙漠中
          在埃菲尔铁塔前|沿着河边|在老图书馆里|在火星上|在书架之间|在火山脚下|在东京的夜里|在窗边|在星空下|在大雨中|在石板路上|在窗帘后面""");
  private static final String[] LOOKS =
      list(
          """
          柔和的晨光|黄昏时分|霓虹灯光|黑白电影|水彩风格|电影感|暖色调|高对比度|写实|动漫风格|逆光|雾蒙蒙|复古胶片|油画质感|8K 超清
          烛光|马卡龙配色|纪录片风格|浓重的阴影|摄影棚布光|国风|赛博朋克""");
  private static final String[] SHOTS =
      list("特写|全景|慢动作|固定镜头|跟拍|航拍|手持摄影|低角度|浅景深|镜头缓缓推进|镜头环绕|延时摄影|第一视角|微距|俯视|一镜到底");
  private static final String[] IS =
      list(
          """
          湖面很平静|房间很安静|街道很冷清|天空很蓝|屋子里很温暖|教室里空荡荡的|森林很宁静|卧室很温馨|沙发很舒服|水很清澈|小镇很浪漫|墙壁很旧
          山谷很安静|海水很凉|夜色很美好|车站很冷清""");
  private static final String[] LIKE = list("风|幽灵|羽毛|舞者|闪电|落叶|箭|国王");
  private static final String[] GOODS =
      list("苹果|蜡烛|书|贝壳|旧钥匙|气球|咖啡杯|郁金香|松果|唱片|玻璃珠|地图|柠檬|玩具车|羽毛|雨伞|纸飞机|瓶子|硬币|时钟");
  private static final String[] BRANDS =
      list("iPhone|Nike|MacBook|KFC|NBA|LED|Tesla|IKEA|PS5|Switch");

  private final Random random;
  private final List<Supplier<String>> kinds;

  GoodPrompts(long seed) {
    this.random = new Random(seed);
    this.kinds = Stream.of(english(), chinese(), mixed()).flatMap(List::stream).toList();
  }

  String next() {
    return kinds.get(random.nextInt(kinds.size())).get();
  }

  private List<Supplier<String>> english() {
    return List.of(
        () -> capital(of(SUBJECTS)) + " " + of(ACTIONS) + " " + of(PLACES),
        () ->
            of(SUBJECTS)
                + " "
                + of(ACTIONS)
                + " "
                + of(PLACES)
                + ", "
                + of(STYLES)
                + ", "
                + of(CAMERAS),
        () ->
            of(CAMERAS)
                + " of "
                + of(SUBJECTS)
                + " "
                + of(PLACES)
                + ". "
                + capital(of(STYLES))
                + ".",
        () -> capital(of(PLACES)) + ", " + of(SUBJECTS) + " " + of(ACTIONS) + "; " + of(STYLES),
        () ->
            number()
                + " "
                + of(THINGS)
                + ", "
                + number()
                + " "
                + of(THINGS)
                + " and some "
                + of(THINGS)
                + " "
                + of(PLACES),
        () -> "a table with " + things(THINGS, ", ", 3 + random.nextInt(8)) + ", " + of(STYLES),
        () -> of(SUBJECTS) + " " + of(ACTIONS) + " next to a sign that says \"" + of(NAMES) + "\"",
        () -> of(SUBJECTS) + " " + of(ACTIONS) + " " + of(EMOJI),
        () -> of(STATES) + (random.nextBoolean() ? "" : ", " + of(SUBJECTS) + " " + of(ACTIONS)),
        () -> of(NAMES) + " " + of(ACTIONS) + " " + of(PLACES) + ", " + of(CAMERAS),
        () ->
            capital(of(SUBJECTS))
                + " "
                + of(ACTIONS)
                + ". Then "
                + of(SUBJECTS)
                + " "
                + of(ACTIONS)
                + " "
                + of(PLACES)
                + ".",
        () -> of(SUBJECTS) + " " + of(ACTIONS) + " like " + of(VEHICLES) + " " + of(PLACES),
        () -> "no people, only " + of(SUBJECTS) + " " + of(PLACES) + ", " + of(STYLES),
        () -> of(SUBJECTS),
        () -> (of(SUBJECTS) + " " + of(ACTIONS) + " " + of(PLACES)).toUpperCase(Locale.ROOT));
  }

  private List<Supplier<String>> chinese() {
    return List.of(
        () -> of(WHO) + of(WHERE) + of(DOES),
        () -> of(WHO) + of(WHERE) + of(DOES) + "，" + of(LOOKS) + "，" + of(SHOTS),
        () -> of(SHOTS) + "，" + of(WHO) + of(DOES) + "。",
        () -> of(WHERE) + "，" + of(WHO) + of(DOES) + "，" + of(LOOKS),
        () -> "桌上有" + things(GOODS, "、", 3 + random.nextInt(8)) + "，" + of(LOOKS),
        () -> of(WHO) + of(DOES) + "，旁边的牌子上写着“" + of(GOODS) + "”",
        () -> of(WHO) + of(DOES) + of(EMOJI),
        () -> of(IS) + (random.nextBoolean() ? "" : "，" + of(WHO) + of(DOES)),
        () -> of(WHO) + of(DOES) + "，然后" + of(WHO) + of(WHERE) + of(DOES) + "！",
        () -> of(WHO) + "像" + of(LIKE) + "一样" + of(WHERE) + of(DOES),
        () -> "没有人，只有" + of(WHO) + of(WHERE),
        () -> of(WHO) + of(DOES),
        () -> number() + "个" + of(GOODS) + "和" + number() + "个" + of(GOODS) + "，" + of(SHOTS));
  }

  private List<Supplier<String>> mixed() {
    return List.of(
        () -> of(WHO) + "拿着 " + of(BRANDS) + " " + of(WHERE) + of(DOES),
        () -> of(WHO) + of(WHERE) + of(DOES) + "，" + of(BRANDS) + " 广告，" + of(LOOKS));
  }

  private String things(String[] of, String between, int count) {
    return Stream.generate(() -> of(of))
        .limit(count)
        .distinct()
        .reduce((a, b) -> a + between + b)
        .orElseThrow();
  }

  private String number() {
    return Integer.toString(2 + random.nextInt(30));
  }

  private String of(String[] list) {
    return list[random.nextInt(list.length)];
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static String[] list(String text) {
    return text.strip().split("\\s*[|\\n]\\s*");
  }
}
