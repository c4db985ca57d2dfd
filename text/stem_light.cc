#include "text/stem_light.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "text/fold.h"

namespace footnote {
namespace {

// Endings, longest first, each with the letters that must stay before it.
class Endings {
 public:
  // `list`: endings in natural spelling with one space between.
  Endings(const char* list, size_t letters_left) : letters_left_(letters_left) {
    for (absl::string_view ending : absl::StrSplit(list, ' ')) {
      if (ending.empty()) continue;
      std::string bare = Fold(ending, Language::kUnknown);
      if (bare.size() >= by_bytes_.size()) by_bytes_.resize(bare.size() + 1);
      sizes_[LastByte(bare)] |= uint32_t{1} << bare.size();
      by_bytes_[bare.size()].push_back(std::move(bare));
    }
    for (std::vector<std::string>& same_size : by_bytes_) {
      std::sort(same_size.begin(), same_size.end());
      same_size.erase(std::unique(same_size.begin(), same_size.end()),
                      same_size.end());
    }
  }

  // Takes the longest ending off `word`; false when none fits.
  bool Strip(std::string* word) const {
    if (word->empty()) return false;
    size_t bytes = 0;
    for (uint32_t sizes = sizes_[LastByte(*word)]; sizes != 0;
         sizes ^= uint32_t{1} << bytes) {
      bytes = static_cast<size_t>(31 - __builtin_clz(sizes));
      if (bytes > word->size()) continue;
      const std::vector<std::string>& same_size = by_bytes_[bytes];
      const size_t left = word->size() - bytes;
      const auto found =
          std::lower_bound(same_size.begin(), same_size.end(), *word,
                           [&](const std::string& a, const std::string& w) {
                             return w.compare(left, bytes, a) > 0;
                           });
      if (found == same_size.end() || word->compare(left, bytes, *found) != 0) {
        continue;
      }
      if (CountCodePoints(absl::string_view(word->data(), left)) <
          letters_left_) {
        continue;
      }
      word->resize(left);
      return true;
    }
    return false;
  }

 private:
  static size_t LastByte(const std::string& word) {
    return static_cast<unsigned char>(word.back());
  }

  size_t letters_left_;
  // [n]: the endings of n bytes, sorted.
  std::vector<std::vector<std::string>> by_bytes_{1};
  // By last byte: bit n says that an ending of n bytes has it.
  std::array<uint32_t, 256> sizes_ = {};
};

void StemCzech(std::string* word) {
  static const Endings* const kEndings = new Endings(
      "a á e é ě i í o u ú ů y ý ou ům em ám ím ém ým ách ích ech ých ami emi "
      "ími ými mi ata ete eti ové ovi ého ému ově atům atech ama ovat oval "
      "ovala ovali ovalo ována ování ováno ovány ován ost osti ostí ostem "
      "ostech ostmi ejší ejších ejšího ejšímu ejším ův ova ovo ovy ových ovým "
      "ovými",
      3);
  while (kEndings->Strip(word)) {
  }
}

void StemPolish(std::string* word) {
  static const Endings* const kEndings = new Endings(
      "a ą e ę i o u y ie ia ią ię iu em om ów ami iami ach iach owi ego iego "
      "emu iemu ej iej ym im ymi imi ych ich owie owi ość ości ością ościami "
      "ościach ościom owa owe owy owych owego owym owej owanie owania owaniu "
      "owaniem owany owana owane owanych iejszy iejsza iejsze iejszych "
      "iejszego ejszy ejsza ejsze ejszych ejszego ała ało ały ali ał iła iło "
      "iły ili ył yła yły yli",
      3);
  while (kEndings->Strip(word)) {
  }
}

void StemUkrainian(std::string* word) {
  static const Endings* const kEndings = new Endings(
      "а я о е є и і ї у ю ь й ий ій ої ою ею єю ом ем єм ам ям ах ях ів їв ев "
      "єв ого ього ому ьому их їх іх им їм ими їми ами ями ові еві єві ові "
      "ість ості істю остей остям остями остях ання ення іння анням енням "
      "ування юванням уванням уванні іші іший іша іше іших ішого ала али ало "
      "ав ила или ило ив ться",
      3);
  while (kEndings->Strip(word)) {
  }
}

void StemPersian(std::string* word) {
  static const Endings* const kEndings = new Endings(
      "ها های هایی هایش هایشان هایم هایت هایمان هایتان هاست هایند تر ترین "
      "تری ات ان ی یی ای اش شان مان ام اند است یش یشان",
      3);
  static const char* const kPrefixes[] = {"نمي", "مي"};
  for (absl::string_view prefix : kPrefixes) {
    if (absl::string_view(*word).substr(0, prefix.size()) == prefix &&
        CountCodePoints(*word) >= CountCodePoints(prefix) + 3) {
      word->erase(0, prefix.size());
      break;
    }
  }
  kEndings->Strip(word);
}

void StemHebrew(std::string* word) {
  static const Endings* const kEndings = new Endings(
      "ים ות יות ויות ית יו יה ה י ו נו כם כן הם הן יהם יהן יכם יכן ינו ותיו "
      "ותיה ותיהם ותיהן ותי ותיך ותינו יך יים",
      3);
  // The clitics "and", "that", "from", "in", "to", "as", "the" are written
  // together with the word.
  static const char* const kPrefixes[] = {"ומה", "שב", "של", "שה", "וש", "ול",
                                          "וב",  "וה", "ומ", "כש", "מה", "ו",
                                          "ה",   "ב",  "ל",  "מ",  "ש",  "כ"};
  for (absl::string_view prefix : kPrefixes) {
    if (absl::string_view(*word).substr(0, prefix.size()) == prefix &&
        CountCodePoints(*word) >= CountCodePoints(prefix) + 3) {
      word->erase(0, prefix.size());
      break;
    }
  }
  kEndings->Strip(word);
}

void StemKorean(std::string* word) {
  static const Endings* const kLong = new Endings(
      "으로부터 에게서는 에서는 에서의 에서도 에서만 으로는 으로도 으로의 "
      "이라는 이라고 이라면 까지의 까지는 까지도 에게서 에게는 에게도 으로써 "
      "으로서 로서 로써 로부터 이라 라는 라고 에서 에게 께서 한테 으로 까지 "
      "부터 처럼 보다 이나 이란 에는 에도 과의 와의 과는 와는 들이 들은 들을 "
      "들의 들에 들에게 들과 들도 들로 했던 하는 한다 하여 하고 하며 하면 하게 "
      "하기 하지 하였다 했다 했으며 했고 되는 된다 되어 되었다 됐다 되며 되고 "
      "된 입니다 이다 이었다 였다 이며 이고 인가 인가요 인지 습니까 입니까 "
      "조차 마저 밖에 만큼 이든 든지 라도 이라도 만이 만을 만의 뿐",
      1);
  static const Endings* const kShort = new Endings(
      "에 은 는 이 가 을 를 의 와 과 도 로 만 들 란 인 한 했 된 할 될 나 며",
      2);
  if (!kLong->Strip(word)) kShort->Strip(word);
}

}  // namespace

bool HasLightStemmer(Language language) {
  switch (language) {
    case Language::kCs:
    case Language::kFa:
    case Language::kHe:
    case Language::kKo:
    case Language::kPl:
    case Language::kUk:
      return true;
    default:
      return false;
  }
}

void StemLightly(Language language, std::string* word) {
  switch (language) {
    case Language::kCs:
      return StemCzech(word);
    case Language::kFa:
      return StemPersian(word);
    case Language::kHe:
      return StemHebrew(word);
    case Language::kKo:
      return StemKorean(word);
    case Language::kPl:
      return StemPolish(word);
    case Language::kUk:
      return StemUkrainian(word);
    default:
      return;
  }
}

}  // namespace footnote
