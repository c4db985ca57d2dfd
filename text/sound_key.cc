#include "text/sound_key.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "text/scripts.h"

namespace footnote {
namespace {

// Letters and what they sound like. Those that are nowhere here are silent.
struct Sounds {
  const char* letters;
  const char* sound;
};
constexpr Sounds kSounds[] = {
    {"p b п б Π π Β β פ ף ב ب پ प फ ब भ パ ピ プ ペ ポ バ ビ ブ ベ ボ", "P"},
    {"f v ф в Φ φ ف  व フ ヴ", "F"},
    {"t d т д Τ τ Δ δ Θ θ ט ת ד ت ط د ض ث ذ ظ ट ठ ड ढ त थ द ध ð þ タ テ ト ダ "
     "デ ド",
     "T"},
    {"k g q ğ к г ґ х Κ κ Γ γ Χ χ ק כ ך ג ك ک ق خ غ گ क ख ग घ カ キ ク ケ コ "
     "ガ "
     "ギ グ ゲ ゴ",
     "K"},
    {"s z j ç ş ș ţ š ž č ć ś ź ż с з ш щ ж ч ц Σ σ ς Ζ ζ ס ש ז צ ץ س ش ز ص ج "
     "چ ژ स श ष ज झ च छ ß サ シ ス セ ソ ザ ジ ズ ゼ ゾ チ ツ ヂ ヅ",
     "S"},
    {"x Ξ ξ", "KS"},
    {"ψ Ψ", "PS"},
    {"l ł л Λ λ ל ل ल ळ r ř р Ρ ρ ר ر र ऋ ラ リ ル レ ロ", "L"},
    {"m м Μ μ מ ם م म マ ミ ム メ モ", "M"},
    {"n ñ ň ń н Ν ν נ ן ن न ण ञ ङ ं ँ ナ ニ ヌ ネ ノ ン", "N"},
};

// Han characters that newspapers write foreign names with, simplified and
// traditional, by sound. An own table: readings of a dictionary would name what
// a character means as well.
struct HanSounds {
  const char* characters;
  const char* sound;
};
constexpr HanSounds kHanSounds[] = {
    {"阿埃艾爱愛伊奥奧欧歐乌烏尤约約耶亚亞娅婭雅以厄俄依优優", ""},
    {"赫哈海黑霍胡豪侯华華沃威伍惠怀懷休许許希", ""},
    {"布巴鲍鮑贝貝比拜博伯勃毕畢普帕派佩皮波珀蓬", "P"},
    {"邦班本宾賓潘彭平庞龐彬", "PN"},
    {"弗夫法费費菲福维維韦韋瓦佛浮", "F"},
    {"芬冯馮丰豐范凡文温溫芳", "FN"},
    {"德达達戴代迪杜多道特塔泰蒂提图圖托陶忒得狄第铁鐵底", "T"},
    {"丹邓鄧丁东東登当當坦滕廷通汀顿頓敦田腾騰堂唐", "TN"},
    {"格加盖蓋戈古高克卡凯凱基科库庫考哥可喀柯葛", "K"},
    {"冈岡甘根贡貢肯孔康金坎坤昆宽寬", "KN"},
    {"斯萨薩塞赛賽西锡錫索苏蘇兹茲扎泽澤齐齊佐祖什沙谢謝舍肖舒奇恰切丘"
     "乔喬查吉杰傑贾賈朱焦茨蔡策楚士思施史诗詩夏雪莎济濟其"
     "之哲蛇",
     "S"},
    {"桑森辛松曾津尚申钱錢简簡詹琼瓊真珍京仁圣聖辰善山"
     "逊遜",
     "SN"},
    {"姆马馬玛瑪迈邁梅米莫穆毛麦麥密默木缪繆", "M"},
    {"曼门門明芒敏孟蒙", "MN"},
    {"恩纳納娜奈内內尼诺諾努瑙嫩宁寧农農妮涅安因英翁亨洪汉漢罕翰欣扬揚杨楊延昂"
     "尹南",
     "N"},
    {"尔爾拉莱萊雷勒里利莉罗羅洛卢盧鲁魯劳勞赖賴丽麗列瑞路梨累律", "L"},
    {"兰蘭伦倫林隆朗龙龍郎琳连連", "LN"},
    {"熊", "SN"},
};

// All letters of kSounds are below.
constexpr char32_t kSoundsEnd = 0x3100;

// Empty for a silent letter.
absl::string_view SoundOf(char32_t c) {
  // By letter, the row of kSounds and one more; 0 for none.
  using Rows = std::array<uint8_t, kSoundsEnd>;
  static const Rows* const rows = [] {
    auto* of_letter = new Rows();
    for (const Sounds& row : kSounds) {
      for (absl::string_view letter :
           absl::StrSplit(row.letters, ' ', absl::SkipEmpty())) {
        // Of two code points: the first would do for the second's letter.
        int length = 1;
        const char32_t first = DecodeUtf8(letter, 0, &length);
        if (length != static_cast<int>(letter.size())) continue;
        of_letter->at(first) = static_cast<uint8_t>(&row - kSounds + 1);
      }
    }
    return of_letter;
  }();
  if (c >= kSoundsEnd || (*rows)[c] == 0) return "";
  return kSounds[(*rows)[c] - 1].sound;
}

char32_t Lower(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0x0410 && c <= 0x042F) return c + 32;               // Cyrillic
  if (c >= 0x0100 && c <= 0x017F && c % 2 == 0) return c + 1;  // Latin
  if (c >= 0x00C0 && c <= 0x00DE) return c + 32;
  return c;
}

// What Latin letters together sound like; longest first.
struct Cluster {
  absl::string_view letters;
  absl::string_view sound;
};
constexpr Cluster kClusters[] = {
    {"sch", "S"}, {"tch", "S"}, {"chr", "KL"}, {"chl", "KL"}, {"sh", "S"},
    {"ch", "S"},  {"zh", "S"},  {"th", "T"},   {"ph", "F"},   {"gh", ""},
    {"kh", "K"},  {"ck", "K"},  {"ce", "S"},   {"ci", "S"},   {"cy", "S"},
    {"dj", "S"},  {"ge", "K"},  {"c", "K"},
};

// The cluster that `text` begins with; null for none.
const Cluster* ClusterAt(absl::string_view text) {
  for (const Cluster& cluster : kClusters) {
    // Most clusters are told apart here, without a call.
    if (cluster.letters[0] != text[0]) continue;
    if (absl::StartsWith(text, cluster.letters)) return &cluster;
  }
  return nullptr;
}

constexpr size_t kMaxHanName = 8;

// Null for a character that names are not written with.
const char* HanSoundOf(char32_t c) {
  static const auto* const sounds = [] {
    auto* map = new absl::flat_hash_map<char32_t, const char*>;
    for (const HanSounds& row : kHanSounds) {
      for (absl::string_view rest = row.characters; !rest.empty();) {
        int length = 1;
        (*map)[DecodeUtf8(rest, 0, &length)] = row.sound;
        rest.remove_prefix(length);
      }
    }
    return map;
  }();
  const auto it = sounds->find(c);
  return it == sounds->end() ? nullptr : it->second;
}

// Syllables of Hangul are counted through: by what begins them (588 each), by
// vowel (28 each), by what ends them.
constexpr const char* kHangulBegins[] = {"K", "K", "N", "T", "T", "L", "M",
                                         "P", "P", "S", "S", "",  "S", "S",
                                         "S", "K", "T", "P", ""};
constexpr const char* kHangulEnds[] = {
    "",  "K", "K", "K", "N", "N", "N", "T", "L", "L", "L", "L", "L", "L",
    "L", "L", "M", "P", "P", "T", "T", "N", "S", "S", "K", "T", "P", ""};

}  // namespace

std::string SoundKey(absl::string_view word) {
  std::string key;
  const auto add = [&key](absl::string_view sound) {
    for (const char c : sound) {
      if (key.empty() || key.back() != c) key.push_back(c);
    }
  };
  std::string lower;
  for (const char c : word) {
    lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  absl::string_view rest = lower;
  // The article of Arabic is written with its word.
  if (absl::StartsWith(rest, "ال")) rest.remove_prefix(strlen("ال"));
  while (!rest.empty()) {
    if (const Cluster* const cluster = ClusterAt(rest); cluster != nullptr) {
      add(cluster->sound);
      rest.remove_prefix(cluster->letters.size());
      continue;
    }
    int length = 1;
    const char32_t c = Lower(DecodeUtf8(rest, 0, &length));
    rest.remove_prefix(length);
    if (IsHan(c)) {
      const char* const han = HanSoundOf(c);
      if (han == nullptr) return "";
      add(han);
      continue;
    }
    if (IsHangul(c)) {
      add(kHangulBegins[(c - kFirstHangul) / 588]);
      add(kHangulEnds[(c - kFirstHangul) % 28]);
      continue;
    }
    add(SoundOf(c));
  }
  return key;
}

float SoundLikeness(absl::string_view a, absl::string_view b) {
  // By the number of consonants that both have: the same, one is l or r that
  // the other lacks, one is more or other.
  static constexpr float kSame[] = {0, 0, 0, 0.8f, 0.9f, 1};
  static constexpr float kLiquid[] = {0, 0, 0, 0.4f, 0.7f, 0.8f};
  static constexpr float kOther[] = {0, 0, 0, 0, 0.6f, 0.7f};
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return 0;
  const size_t shared = std::min<size_t>(a.size(), std::size(kSame) - 1);
  if (a == b) return kSame[shared];
  if (kLiquid[shared] == 0) return 0;
  const auto [in_a, in_b] =
      std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const absl::string_view rest_a = a.substr(in_a - a.begin());
  const absl::string_view rest_b = b.substr(in_b - b.begin());
  // Another at the place where they part, or one more in `b`.
  if (a.size() == b.size()) {
    return rest_a.substr(1) == rest_b.substr(1) ? kOther[shared] : 0;
  }
  if (rest_a != rest_b.substr(1)) return 0;
  return rest_b[0] == 'L' ? kLiquid[shared] : kOther[shared];
}

std::vector<TextSpan> HanNames(absl::string_view text) {
  std::vector<TextSpan> names;
  TextSpan run;
  size_t characters = 0;
  const auto end_run = [&] {
    if (characters >= 2 && characters <= kMaxHanName) names.push_back(run);
    characters = 0;
  };
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(text, at, &length);
    if (IsHan(c) && HanSoundOf(c) != nullptr) {
      if (characters == 0) run.begin = static_cast<uint32_t>(at);
      run.end = static_cast<uint32_t>(at + length);
      ++characters;
    } else {
      end_run();
    }
    at += length;
  }
  end_run();
  return names;
}

}  // namespace footnote
