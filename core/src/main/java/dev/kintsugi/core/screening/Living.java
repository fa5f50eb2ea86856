package dev.kintsugi.core.screening;

import java.util.Set;

/**
 * Nouns for who can feel: people, animals, and who is drawn like them. A noun that is not known is
 * a thing, of which less is said against a prompt.
 */
final class Living {

  private static final Set<String> ENGLISH =
      Vocabulary.words(
          """
          human person people folk child children kid baby infant toddler teen teenager adult lady gentleman guy
          mother father mom dad mum mama papa parent grandmother grandfather grandma grandpa granny sister brother
          sibling son daughter twin aunt uncle cousin wife husband couple friend lover bride groom bridegroom family
          crowd stranger tourist traveller traveler passenger student pupil teacher professor scientist doctor nurse
          patient soldier sailor captain pilot astronaut farmer baker chef cook waiter waitress barista tailor potter
          painter artist musician singer dancer ballerina actor actress clown magician writer poet detective officer
          worker engineer mechanic driver biker runner swimmer surfer athlete boxer hunter shepherd monk nun priest
          king queen prince princess knight warrior samurai ninja pirate cowboy witch wizard elf fairy angel mermaid
          ghost vampire zombie monster dragon unicorn robot android alien hero heroine model celebrity refugee orphan
          widow guard prisoner beggar neighbour neighbor commuter dwarf giant character mascot
          animal creature pet dog puppy cat kitten horse pony foal donkey cow bull calf ox sheep lamb goat pig piglet
          hen rooster chicken chick duck duckling goose geese swan turkey bird sparrow owl eagle hawk falcon crow raven
          parrot pigeon dove penguin flamingo peacock mouse mice rat hamster rabbit bunny hare squirrel hedgehog fox
          wolf wolves bear panda koala lion lioness tiger leopard cheetah panther lynx deer stag fawn moose elk elephant
          giraffe zebra rhino rhinoceros hippo hippopotamus camel llama alpaca kangaroo monkey ape gorilla chimpanzee
          otter beaver badger raccoon seal walrus whale dolphin shark fish goldfish octopus turtle tortoise frog toad
          lizard snake crocodile alligator corgi poodle husky retriever beagle terrier sloth bat bee butterfly
          """);

  private static final Set<String> ENGLISH_ENDS =
      Vocabulary.words("man men woman women boy boys girl girls");

  /** Chinese nouns end with what they are. */
  private static final Set<String> CHINESE_ENDS =
      Vocabulary.words(
          """
          人 女 男 孩 孩子 女子 男子 女生 男生 学生 医生 先生 新生 考生 员 师 歌手 水手 车手 选手 骑手 拳击手 舞者 记者 学者 作者 旅者 行者
          作家 画家 艺术家 科学家 音乐家 妈 妈妈 爸 爸爸 爷爷 奶奶 外婆 外公 哥 姐 弟 妹 叔 姨 婆婆 公主 王子 国王 女王 皇帝 皇后 战士 护士 武士
          骑士 女士 道士 勇士 朋友 男友 女友 情侣 夫妻 恋人 少年 少女 青年 儿童 婴儿 宝宝 姑娘 新娘 新郎 小伙 小哥 妇 母亲 父亲 丈夫 妻子 儿子
          女儿 兄弟 姐妹 工人 渔夫 农夫 樵夫 农民 牧民 士兵 警察 侦探 司机 和尚 尼姑 演员 小丑 乘客 游客 旅客 顾客 路人 群众 观众 天使 仙女
          精灵 女巫 怪兽 外星人 机器人 幽灵 僵尸 主角 角色 人物 动物 宠物
          猫 狗 犬 鸟 鱼 马 驹 牛 羊 猪 鸡 鸭 鹅 虎 狮 狮子 豹 熊 熊猫 兔 兔子 鼠 猴 猴子 猿 狼 狐 狐狸 大象 小象 鹿 龙 蛇 鹰 燕子 鹤 鲸
          海豚 企鹅 鹦鹉 鸽子 麻雀 乌鸦 猫头鹰 青蛙 乌龟 刺猬 松鼠 骆驼 蝴蝶 金毛
          """);

  /** They only end so. */
  private static final Set<String> THINGS = Vocabulary.words("木马 旋转木马 纸人 假人 稻草人");

  private static final int LONGEST_END = 3;

  private Living() {}

  /**
   * @param noun folded, Chinese in simplified characters
   */
  static boolean feels(String noun) {
    return !THINGS.contains(noun) && (named(noun) || chinese(noun));
  }

  private static boolean named(String noun) {
    boolean plural = noun.length() > 3 && noun.endsWith("s");
    String stem = plural ? noun.substring(0, noun.length() - 1) : noun;
    return ENGLISH.contains(noun)
        || ENGLISH.contains(stem)
        || (noun.endsWith("ies") && ENGLISH.contains(noun.substring(0, noun.length() - 3) + "y"))
        || ENGLISH_ENDS.stream().anyMatch(noun::endsWith);
  }

  private static boolean chinese(String noun) {
    for (int length = 1; length <= Math.min(LONGEST_END, noun.length()); length++) {
      if (CHINESE_ENDS.contains(noun.substring(noun.length() - length))) {
        return true;
      }
    }
    return false;
  }
}
