package dev.kintsugi.core.screening;

import java.util.Set;
import java.util.stream.Stream;

/**
 * Words that name nothing a picture can show, in English and in simplified Chinese. A noun that is
 * on no list here can be seen: what is not known must not count against a prompt.
 */
final class Vocabulary {

  /** What any picture is, and what it is made of: true of every prompt, so it says nothing. */
  private static final Set<String> GENERIC =
      words(
          """
          scene scenery thing something anything everything nothing stuff object item image
          picture photo video clip movie film footage animation content shot moment place situation concept
          idea theme topic subject story plot world life nature reality background foreground setting
          environment surrounding art artwork masterpiece design piece kind sort type way part lot bit
          example version result effect experience journey adventure event action activity motion movement
          process state form aspect detail element feature anyone somewhere anywhere
          everywhere nowhere time day night morning evening afternoon noon midnight today tomorrow yesterday
          week month year hour minute second century era age season summer winter autumn past future
          present beginning end middle number amount level degree prompt request output generation user
          loss someday weekend holiday vacation travel trip tour
          cinematic dramatic beautiful amazing epic gorgeous stunning breathtaking cool nice awesome pretty best ultra
          hyper super realistic photorealistic detailed professional vivid vibrant stylish abstract magical dreamy
          surreal moody emotional inspiring viral trending please masterful perfect unbelievable incredible
          场景 景象 画面 东西 事物 事情 事 物 某物 内容 图像 图片 照片 视频 短片 影片 电影 片段 动画 作品 故事 情节
          世界 生活 人生 现实 自然 大自然 背景 前景 环境 氛围 气氛 主题 题材 概念 想法 地方 某地 时刻 瞬间 时候 时间 时光 一切 万物
          艺术 设计 种类 类型 方式 部分 例子 效果 体验 经历 旅程 旅行 旅游 活动 动作 运动 过程 状态 形式 方面 细节 元素
          白天 夜晚 晚上 夜里 早晨 早上 上午 中午 下午 傍晚 黄昏 深夜 今天 明天 昨天 年 月 日 天 周 小时 分钟 秒 世纪
          时代 年代 季节 春天 夏天 秋天 冬天 春季 夏季 秋季 冬季 过去 未来 将来 现在 开始 结束 数量 程度 提示词 要求 样子
          周末 假期 假日 情况 问题 史诗 感受 意境 意义 结果 大片 风光 景色 美景 风景 景 处 时 时空 岁月
          """);

  /** Ideas: they have signs, but no looks of their own. */
  private static final Set<String> IDEAS =
      words(
          """
          life time love freedom liberty hope beauty truth justice peace wisdom knowledge courage bravery
          memory nostalgia dream imagination creativity inspiration innovation passion desire ambition fate
          destiny fortune luck success failure progress growth change transformation evolution transition
          eternity infinity existence essence soul spirit mind consciousness thought meaning purpose value
          faith belief trust honor honour glory pride power strength energy force balance harmony unity
          diversity equality democracy society culture tradition history civilization humanity mankind
          childhood youth adolescence adulthood friendship relationship connection communication romance
          chaos order complexity simplicity elegance grace perfection quality quantity mystery magic
          fantasy possibility opportunity potential challenge struggle conflict victory defeat death
          birth rebirth health illness poverty wealth business economy economics politics philosophy
          science technology education entertainment information intelligence logic reason paradox
          contradiction absurdity emptiness void nothingness silence solitude isolation serenity calm
          calmness tranquility tranquillity stillness comfort warmth coldness darkness brightness
          happiness joy sadness sorrow grief loneliness melancholy despair anger rage fear anxiety
          excitement delight bliss contentment gratitude regret guilt shame envy jealousy longing yearning
          sympathy empathy compassion kindness tenderness intimacy boredom frustration pain suffering
          pleasure satisfaction surprise wonder awe curiosity confidence doubt feeling emotion mood
          sentiment sensation vibe atmosphere ambience ambiance aura heartbreak homesickness passage
          flow rhythm speed velocity identity self ego karma zen spirituality innocence
          时间 人生 生活 世界 爱 爱情 爱意 自由 希望 美 美丽 美好 真理 真相 正义 和平 智慧 知识 勇气 记忆 回忆 怀旧 乡愁 梦 梦想 理想 梦境 想象
          想象力 创造力 灵感 创新 激情 欲望 野心 命运 宿命 运气 成功 失败 进步 成长 变化 变迁 转变 进化 永恒 无限 存在 本质
          灵魂 精神 心灵 意识 思想 思绪 意志 价值 信仰 信念 信任 荣誉 荣耀 骄傲 力量 能量 平衡 和谐 团结 平等 民主 社会 文化
          传统 历史 文明 人性 人类 童年 青春 友谊 友情 亲情 关系 沟通 交流 浪漫 混乱 秩序 复杂 简单 优雅 完美 质量 神秘 魔力
          幻想 可能 可能性 机会 潜力 挑战 奋斗 冲突 胜利 死亡 诞生 重生 健康 贫穷 财富 经济 政治 哲学 科学 科技 技术 教育
          娱乐 信息 智能 逻辑 理性 矛盾 荒诞 空虚 虚无 寂静 沉默 宁静 平静 安静 舒适 温暖 寒冷 黑暗 光明 快乐 幸福 欢乐 喜悦
          悲伤 忧伤 哀伤 悲哀 孤独 孤独感 寂寞 忧郁 绝望 愤怒 恐惧 焦虑 兴奋 感动 感激 后悔 遗憾 内疚 羞耻 嫉妒 思念 渴望
          同情 善良 温柔 无聊 痛苦 苦难 满足 惊喜 好奇 自信 怀疑 感觉 情感 情绪 心情 情怀 韵律 节奏 速度 身份 自我 禅意 纯真
          流逝 爱恋 缘分 心 心事 压力 动力 魅力 生命 生命力 年华 未知 距离 温馨 惆怅 迷茫 失落 安宁 诗意
          """);

  /** How a picture is taken. */
  private static final Set<String> CAMERA =
      words(
          """
          camera lens angle closeup zoom pan tilt dolly tracking orbit handheld steadicam pov perspective
          viewpoint composition framing frame focus bokeh depth blur exposure lapse timelapse hyperlapse slowmo
          loop montage collage cinematography shot fps 4k 8k 2k hd uhd 1080p 720p imax resolution definition
          format ratio widescreen trailer commercial vlog motion
          镜头 特写 近景 中景 远景 全景 广角 长焦 微距 航拍 俯拍 仰拍 俯视 仰视 平视 视角 角度 构图 景深 焦点 焦距 虚化 曝光
          分辨率 清晰度 画质 高清 超清 帧率 延时 延时摄影 慢动作 慢镜头 快镜头 推进 拉远 跟拍 环绕 摇镜 固定镜头 固定 手持 运镜
          摄影 摄影机 相机 格式 比例 宽屏 背景虚化 蒙太奇 浅景深 焦外 画幅
          """);

  /** What a picture looks like as a whole. */
  private static final Set<String> LIGHT =
      words(
          """
          style look aesthetic aesthetics contrast saturation tone color colour palette hue grading grain
          texture quality hdr render rendering cgi vfx anime cartoon realism photorealism surrealism
          hyperrealism impressionism cyberpunk steampunk minimalism noir vintage retro documentary cinema
          lighting light backlight daylight moonlight sunlight glow illumination highlight blockbuster
          filter mode seamless ambient
          风格 画风 对比 对比度 饱和度 色调 色彩 颜色 配色 调色 颗粒 质感 纹理 渲染 特效 动漫 卡通 写实 超现实 印象派 赛博朋克
          蒸汽朋克 极简 极简主义 复古 纪录片 电影感 光线 灯光 光 光影 光照 自然光 逆光 侧光 背光 日光 阳光 月光 柔光 胶片 滤镜 光感
          唯美 大气 光晕 氛围感 水墨 油画风 色温 暖色 冷色
          """);

  private static final Set<String> FEELINGS =
      words(
          """
          happy sad lonely lonesome alone joyful cheerful angry furious afraid scared frightened anxious nervous
          worried excited calm peaceful serene melancholic melancholy nostalgic hopeful hopeless desperate
          depressed miserable gloomy sorrowful heartbroken homesick bored frustrated confused lost empty
          jealous envious proud ashamed guilty grateful thankful content satisfied loved unloved free alive
          romantic emotional sentimental tender bittersweet upset hurt blue moved touched
          loneliness sadness happiness joy sorrow grief despair anger anxiety melancholy heartbreak homesickness
          孤独感 忧愁 孤独 寂寞 孤单 悲伤 伤心 难过 忧伤 忧郁 哀伤 快乐 高兴 开心 幸福 喜悦 愤怒 生气 害怕 恐惧 焦虑 紧张 担心 兴奋 激动
          平静 安静 宁静 怀旧 绝望 沮丧 痛苦 心碎 无聊 迷茫 失落 空虚 嫉妒 骄傲 羞愧 内疚 感激 满足 自由 浪漫 感动 温馨 温暖 惆怅
          压抑 郁闷 无助 无奈 委屈 轻松 舒服 美好 难受 冷清 凄凉 落寞 彷徨 思念
          """);

  /** Of these feelings, a lake or a street has the looks. */
  private static final Set<String> LOOKS =
      words(
          """
          calm peaceful serene gloomy cheerful romantic sentimental nostalgic tender empty free alive alone lost moved
          touched blue
          平静 安静 宁静 怀旧 空虚 自由 浪漫 温馨 温暖 压抑 轻松 舒服 美好 冷清 凄凉
          """);

  /** A colour too, unless somebody is said to be it. */
  private static final Set<String> COLOURS = words("blue");

  private static final Set<String> FEELING_VERBS =
      words("feel feels feeling felt 感觉 感到 觉得 感受 感受到 感觉到 倍感 深感 心里 心中 内心 心情");

  /** Whatever part of speech they are, these show something: a face, a body, a sky. */
  private static final Set<String> SHOWN =
      words(
          """
          cry cries crying cried weep weeps weeping sob sobs sobbing tear tears smile smiles smiling grin grins
          grinning laugh laughs laughing frown frowns frowning scream screams screaming hug hugs hugging kiss
          kisses kissing blush blushes blushing dance dances dancing sunrise sunset dawn dusk rain rains raining
          snow snows snowing storm explode explodes explosion fireworks thunder lightning
          哭 哭泣 流泪 落泪 眼泪 泪水 大哭 抽泣 微笑 笑 大笑 欢笑 笑容 皱眉 尖叫 拥抱 亲吻 脸红 跳舞 跳跃 舞蹈 起舞
          日出 日落 下雨 下雪 打雷 刮风 爆炸 闪电 落日 夕阳 朝阳 晚霞
          """);

  /** With these one wishes somebody well. */
  private static final Set<String> FEASTS =
      words("生日 新年 新春 春节 节日 圣诞 圣诞节 中秋 中秋节 国庆 国庆节 元旦 元宵 端午 儿童节 母亲节 情人节");

  private static final Set<String> PERSONS =
      words(
          """
          i we you he she they him them himself herself themselves everyone everybody someone somebody people
          我 我们 咱们 你 您 你们 他 她 他们 她们 大家 有人 人们 众人 某人
          """);

  /** Who speaks and is spoken to. */
  private static final Set<String> SPEAKERS = words("我 我们 咱们 你 您 你们");

  /** With these before them, people ask for a picture and are not in it. */
  private static final Set<String> ASKING = words("给 帮 为 替 请");

  /** One is an idea or a look, several are things. */
  private static final Set<String> PLURAL_IS_SEEN =
      words(
          "lights spirits souls cameras lenses frames powers forces screens filters arts pieces parts");

  private static final Set<String> CHINESE_QUALITY = words("性 感 度 主义");

  private static final Set<String> NO_QUALITY =
      words("wilderness witness harness business lioness governess baroness countess duchess ness");

  private Vocabulary() {}

  /** Words apart by any white space, as lists are written here. */
  static Set<String> words(String list) {
    return Set.copyOf(
        Stream.of(list.split("\\s+")).filter(word -> !word.isEmpty()).distinct().toList());
  }

  /** Whether what a noun names has looks of its own. */
  static boolean visible(String noun) {
    return !in(GENERIC, noun)
        && !idea(noun)
        && !lit(noun)
        && !taken(noun)
        && !in(FEELING_VERBS, noun);
  }

  static boolean idea(String noun) {
    return in(IDEAS, noun) || quality(noun);
  }

  /** Whether it says how something is taken. */
  static boolean taken(String word) {
    return in(CAMERA, word);
  }

  /** Whether it says how something is lit, or in which style it is. */
  static boolean lit(String word) {
    return in(LIGHT, word);
  }

  static boolean feeling(String word) {
    return FEELINGS.contains(word);
  }

  /** Whether a feeling, said of a thing, is how the thing looks. */
  static boolean looks(String feeling) {
    return LOOKS.contains(feeling);
  }

  static boolean colour(String feeling) {
    return COLOURS.contains(feeling);
  }

  static boolean feelingVerb(String word) {
    return FEELING_VERBS.contains(word);
  }

  static boolean shown(String word) {
    return SHOWN.contains(word);
  }

  static boolean feast(String word) {
    return FEASTS.contains(word);
  }

  static boolean person(String word) {
    return PERSONS.contains(word) || speaker(word);
  }

  static boolean speaker(String word) {
    return SPEAKERS.contains(word);
  }

  static boolean asking(String word) {
    return ASKING.contains(word);
  }

  private static boolean in(Set<String> list, String noun) {
    if (list.contains(noun)) {
      return true;
    }
    boolean plural = noun.length() > 3 && noun.endsWith("s") && !PLURAL_IS_SEEN.contains(noun);
    return plural
        && (list.contains(noun.substring(0, noun.length() - 1))
            || (noun.endsWith("ies") && list.contains(noun.substring(0, noun.length() - 3) + "y")));
  }

  private static boolean quality(String noun) {
    return (noun.endsWith("ness") && noun.length() > 5 && !NO_QUALITY.contains(noun))
        || (noun.length() > 2 && CHINESE_QUALITY.stream().anyMatch(noun::endsWith));
  }
}
