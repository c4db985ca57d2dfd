#include "text/korean_forms.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "base/utf8.h"
#include "text/scripts.h"

namespace footnote {
namespace {

using Syllables = std::u32string;
using View = std::u32string_view;

// What a syllable is made of, by the numbers that Unicode gives it.
constexpr int kVowels = 21;
constexpr int kFinals = 28;
enum Lead { kLeadR = 5, kNoLead = 11 };
enum Vowel {
  kA = 0,
  kAe = 1,
  kYa = 2,
  kEo = 4,
  kE = 5,
  kYeo = 6,
  kO = 8,
  kWa = 9,
  kWae = 10,
  kOe = 11,
  kU = 13,
  kWo = 14,
  kEu = 18,
  kI = 20
};
enum Final {
  kNoFinal = 0,
  kN = 4,
  kD = 7,
  kL = 8,
  kM = 16,
  kLm = 10,
  kP = 17,
  kS = 19,
  kSs = 20
};

int LeadOf(char32_t c) {
  return static_cast<int>(c - kFirstHangul) / (kVowels * kFinals);
}
int VowelOf(char32_t c) {
  return static_cast<int>(c - kFirstHangul) / kFinals % kVowels;
}
int FinalOf(char32_t c) { return static_cast<int>(c - kFirstHangul) % kFinals; }

Syllables WithFinal(View word, int final) {
  Syllables other(word);
  other.back() += static_cast<char32_t>(final) - FinalOf(word.back());
  return other;
}

Syllables WithVowel(View word, int vowel) {
  Syllables other(word);
  other.back() +=
      kFinals * (static_cast<char32_t>(vowel) - VowelOf(word.back()));
  return other;
}

Syllables Add(View a, View b) {
  Syllables sum(a);
  sum += b;
  return sum;
}

bool IsOneOf(char32_t c, View list) { return list.find(c) != View::npos; }

View Less(View word, size_t syllables) {
  return word.substr(0, word.size() - syllables);
}

// Verbs whose last consonant goes or changes before a vowel ("짓다", "지어";
// "듣다", "들어"); of all others it stays.
constexpr View kLosesS = U"짓낫붓잇긋젓잣";
constexpr View kTurnsDToL = U"걷듣묻싣긷";
// Those that keep it, of all with ㅂ.
constexpr View kKeepsP = U"잡입씹뽑접집업꼽굽좁";
// Say nothing of what is asked.
constexpr View kNoVerbs[] = {U"하", U"되", U"있", U"없", U"이",
                             U"않", U"말", U"싶", U"돼", U"같"};

class Stems {
 public:
  struct Stem {
    Syllables letters;
    bool is_sure;
  };

  void Add(View stem, bool is_sure) {
    if (stem.empty() || std::find(std::begin(kNoVerbs), std::end(kNoVerbs),
                                  stem) != std::end(kNoVerbs)) {
      return;
    }
    for (Stem& known : stems_) {
      if (known.letters != stem) continue;
      known.is_sure |= is_sure;
      return;
    }
    stems_.push_back({Syllables(stem), is_sure});
  }

  // Those of which `form` is the form that the past and "-서" are made of.
  void AddOfInfinitive(View form, bool is_sure) {
    const char32_t c = form.back();
    if (FinalOf(c) != kNoFinal) return;
    const char32_t before = form.size() > 1 ? form[form.size() - 2] : 0;
    const int final = before == 0 ? kNoFinal : FinalOf(before);
    if (before != 0 && IsOneOf(c, U"아어여")) {
      const View stem = Less(form, 1);
      if (c == U'여' && before != U'하') return;
      Add(stem, is_sure);
      AddIf(WithFinal(stem, kD), kTurnsDToL, final == kL, is_sure);
      AddIf(WithFinal(stem, kS), kLosesS, final == kNoFinal, is_sure);
      return;
    }
    switch (VowelOf(c)) {
      case kA:
      case kEo:
        Add(form, is_sure);
        if (before == 0 || final == kNoFinal || VowelOf(c) == kEo ||
            LeadOf(c) != kLeadR) {
          Add(WithVowel(form, kEu), is_sure);
        }
        // "걸러", of "거르다".
        if (LeadOf(c) == kLeadR && final == kL) {
          Add(footnote::Add(WithFinal(Less(form, 1), kNoFinal), U"르"),
              is_sure);
        }
        return;
      case kYeo:
        Add(WithVowel(form, kI), is_sure);
        Add(form, is_sure);
        return;
      case kWa:
      case kWo:
        Add(WithVowel(form, VowelOf(c) == kWa ? kO : kU), is_sure);
        if (LeadOf(c) == kNoLead && before != 0 && final == kNoFinal) {
          Add(WithFinal(Less(form, 1), kP), is_sure);
        }
        return;
      case kAe:
        Add(c == U'해' ? WithVowel(form, kA) : Syllables(form), is_sure);
        return;
      case kE:
        Add(form, is_sure);
        return;
      case kWae:
        Add(WithVowel(form, kOe), is_sure);
        return;
      default:
        return;
    }
  }

  // Those that stand before an ending as they are; where it `takes_l` also
  // those that lose ㄹ.
  void AddOfBase(View head, bool takes_l, bool is_sure) {
    const int final = FinalOf(head.back());
    if (head.back() == U'겠') {
      if (head.size() > 1) AddOfBase(Less(head, 1), /*takes_l=*/false, is_sure);
      return;
    }
    if (final == kSs && head.back() != U'있') {
      return AddOfInfinitive(WithFinal(head, kNoFinal), /*is_sure=*/true);
    }
    Add(head, is_sure);
    if (takes_l && final == kNoFinal) Add(WithFinal(head, kL), is_sure);
  }

  // Those before "으", which is written after a consonant.
  void AddBeforeEu(View head, bool is_sure) {
    const int final = FinalOf(head.back());
    AddIf(WithFinal(head, kS), kLosesS, final == kNoFinal, is_sure);
    AddIf(WithFinal(head, kD), kTurnsDToL, final == kL, is_sure);
    if (final != kNoFinal && final != kL) {
      AddOfBase(head, /*takes_l=*/false, is_sure);
    }
  }

  // Those of which `head` is what "으" would stand behind, were it written.
  void AddOpen(View head, bool is_sure) {
    Add(head, is_sure);
    if (head.size() > 1 && head.back() == U'우' &&
        FinalOf(head[head.size() - 2]) == kNoFinal) {
      Add(WithFinal(Less(head, 1), kP), is_sure);
    }
  }

  const std::vector<Stem>& all() const { return stems_; }

 private:
  void AddIf(const Syllables& stem, View list, bool fits, bool is_sure) {
    if (fits && IsOneOf(stem.back(), list)) Add(stem, is_sure);
  }

  std::vector<Stem> stems_;
};

// What an ending stands behind.
enum class Behind {
  kBase,     // "찍", "만들"
  kBaseOrL,  // "찍", and "만드" of "만들"
  kWithEu,   // "찍"
  kOpen,     // "가", "만들"
  kFinal,    // "간", "만든": a stem that ends in `final`, or has it for ㄹ
  kPast,     // "찍었"
  kInfinitive
};

struct Endings {
  Behind behind;
  Final final;
  // One space between; "." is the ending that the final alone is.
  View list;
  // Nothing but verbs ends so, or hardly.
  bool is_sure;
};

constexpr Endings kEndings[] = {
    {Behind::kBaseOrL, kNoFinal,
     U"나요 느냐 는가요 는가 는지 는지요 는데 는데요 는다 네요 습니까 습니다",
     true},
    {Behind::kBaseOrL, kNoFinal, U"나 니 냐 는", false},
    {Behind::kBase, kNoFinal,
     U"고서 고자 지요 죠 지만 기가 기를 기는 기에 기도 도록 거나 자마자 더라도 "
     U"든지",
     true},
    {Behind::kBase, kNoFinal, U"고 지 게 기 던 다", false},
    {Behind::kWithEu, kNoFinal,
     U"으면 으며 으니까 으려면 으려고 으러 은가요 은지 을까요 을까 을지", true},
    {Behind::kWithEu, kNoFinal, U"은 을 음", false},
    {Behind::kOpen, kNoFinal, U"면서 려면 려고", true},
    {Behind::kOpen, kNoFinal, U"면 며 니까", false},
    {Behind::kFinal, kN, U"다 가요", true},
    {Behind::kFinal, kN, U". 가 지 데", false},
    {Behind::kFinal, kL, U"까요 까", true},
    {Behind::kFinal, kL, U". 지", false},
    {Behind::kFinal, kP, U"니까 니다", true},
    {Behind::kFinal, kM, U".", false},
    {Behind::kPast, kNoFinal, U"어요 다", true},
    {Behind::kInfinitive, kNoFinal, U"요 야만", true},
    {Behind::kInfinitive, kNoFinal, U". 서 야 도", false},
};

void AddStems(const Endings& endings, View ending, View word, Stems* stems) {
  const bool is_sure = endings.is_sure;
  const View tail = ending == U"." ? View() : ending;
  if (word.size() <= tail.size() ||
      word.substr(word.size() - tail.size()) != tail) {
    return;
  }
  const View head = Less(word, tail.size());
  const int final = FinalOf(head.back());
  switch (endings.behind) {
    case Behind::kBase:
      return stems->AddOfBase(head, /*takes_l=*/false, is_sure);
    case Behind::kBaseOrL:
      return stems->AddOfBase(head, /*takes_l=*/true, is_sure);
    case Behind::kWithEu:
      return stems->AddBeforeEu(head, is_sure);
    case Behind::kOpen:
      if (final == kNoFinal || final == kL) stems->AddOpen(head, is_sure);
      return;
    case Behind::kFinal:
      if (final != endings.final) return;
      stems->AddOpen(WithFinal(head, kNoFinal), is_sure);
      stems->Add(WithFinal(head, kL), is_sure);
      return;
    case Behind::kPast:
      if (final == kSs) stems->AddOfBase(head, /*takes_l=*/false, is_sure);
      return;
    case Behind::kInfinitive:
      // Without an ending it is a noun more often than not.
      if (tail.empty() && !IsOneOf(head.back(), U"아어여해") &&
          (head.size() < 2 ||
           !(VowelOf(head.back()) == kYeo || VowelOf(head.back()) == kWa ||
             VowelOf(head.back()) == kWo))) {
        return;
      }
      return stems->AddOfInfinitive(head, is_sure);
  }
}

// The syllables before an ending that have it behind them, past and contracted
// ones not counted.
size_t SyllablesOfStem(const Endings& endings, View head) {
  const int final = FinalOf(head.back());
  const bool is_changed = endings.behind == Behind::kFinal ||
                          endings.behind == Behind::kInfinitive ||
                          (final == kSs && head.back() != U'있');
  return head.size() - (is_changed ? 1 : 0);
}

void FindStems(View word, Stems* stems, size_t* of_stem) {
  for (const Endings& endings : kEndings) {
    View list = endings.list;
    while (!list.empty()) {
      const size_t end = std::min(list.find(U' '), list.size());
      const View ending = list.substr(0, end);
      const size_t before = stems->all().size();
      AddStems(endings, ending, word, stems);
      if (endings.is_sure && stems->all().size() > before) {
        *of_stem = std::min(
            *of_stem, SyllablesOfStem(endings, Less(word, ending.size())));
      }
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
}

// The forms that the past and "-서" are made of; the usual one first.
std::vector<Syllables> Infinitives(View stem) {
  const char32_t c = stem.back();
  const int vowel = VowelOf(c);
  const bool is_bright = vowel == kA || vowel == kO || vowel == kYa;
  const View open_ending = is_bright ? U"아" : U"어";
  switch (FinalOf(c)) {
    case kNoFinal:
      break;
    case kP:
      if (!IsOneOf(c, kKeepsP)) {
        return {Add(WithFinal(stem, kNoFinal),
                    IsOneOf(c, U"돕곱") ? U"와" : U"워")};
      }
      return {Add(stem, open_ending)};
    case kS:
      return {
          Add(IsOneOf(c, kLosesS) ? WithFinal(stem, kNoFinal) : Syllables(stem),
              open_ending)};
    case kD:
      return {
          Add(IsOneOf(c, kTurnsDToL) ? WithFinal(stem, kL) : Syllables(stem),
              open_ending)};
    default:
      return {Add(stem, open_ending)};
  }
  if (c == U'하') return {WithVowel(stem, kAe), Add(stem, U"여")};
  switch (vowel) {
    case kO:
      return {WithVowel(stem, kWa), Add(stem, U"아")};
    case kU:
      return {WithVowel(stem, kWo), Add(stem, U"어")};
    case kOe:
      return {WithVowel(stem, kWae), Add(stem, U"어")};
    case kI:
      return {WithVowel(stem, kYeo), Add(stem, U"어")};
    case kEu: {
      if (stem.size() == 1) return {WithVowel(stem, kEo)};
      const int before = VowelOf(stem[stem.size() - 2]);
      const int own = before == kA || before == kO ? kA : kEo;
      if (c == U'르' && FinalOf(stem[stem.size() - 2]) == kNoFinal) {
        return {Add(WithFinal(Less(stem, 1), kL), own == kA ? U"라" : U"러"),
                WithVowel(stem, own)};
      }
      return {WithVowel(stem, own)};
    }
    case kA:
    case kAe:
    case kEo:
    case kE:
    case kYeo:
      return {Syllables(stem)};
    default:
      return {Add(stem, U"어")};
  }
}

// What an ending with "으" stands behind, "으" included.
Syllables BeforeEu(View stem) {
  const char32_t c = stem.back();
  switch (FinalOf(c)) {
    case kNoFinal:
    case kL:
      return Syllables(stem);
    case kP:
      if (!IsOneOf(c, kKeepsP)) return Add(WithFinal(stem, kNoFinal), U"우");
      break;
    case kS:
      if (IsOneOf(c, kLosesS)) return Add(WithFinal(stem, kNoFinal), U"으");
      break;
    case kD:
      if (IsOneOf(c, kTurnsDToL)) return Add(WithFinal(stem, kL), U"으");
      break;
    default:
      break;
  }
  return Add(stem, U"으");
}

class Forms {
 public:
  explicit Forms(View word, std::vector<std::string>* out)
      : word_(word), out_(out), first_(out->size()) {}

  void Add(const Syllables& form) {
    // "Last" more often than "passed".
    if (form.size() < 2 || form == U"지난") return;
    AddNoun(form);
  }

  void AddNoun(const Syllables& form) {
    if (form == word_ || out_->size() - first_ == kMostKoreanForms) return;
    std::string utf8;
    for (const char32_t letter : form) AppendUtf8(letter, &utf8);
    if (std::find(out_->begin() + first_, out_->end(), utf8) == out_->end()) {
      out_->push_back(std::move(utf8));
    }
  }

  // Those that say something; few of them look like nouns with particles.
  void AddFinite(View stem) {
    using footnote::Add;
    const bool ends_open = EndsOpen(stem);
    const Syllables open = WithoutL(stem);
    this->Add(ends_open ? Add(WithFinal(open, kP), U"니다")
                        : Add(stem, U"습니다"));
    this->Add(ends_open ? Add(WithFinal(open, kN), U"다") : Add(stem, U"는다"));
    const Syllables eu = BeforeEu(stem);
    for (const Syllables& infinitive : Infinitives(stem)) {
      const Syllables past = WithFinal(infinitive, kSs);
      for (const View ending : {U"습니다", U"다", U"으며", U"고"}) {
        this->Add(Add(past, ending));
      }
    }
    this->Add(Add(open, U"는"));
    this->Add(WithFinal(WithoutL(eu), kN));
    this->Add(Add(eu, U"면"));
    this->Add(Add(eu, U"며"));
  }

  void AddOthers(View stem) {
    using footnote::Add;
    const Syllables eu = BeforeEu(stem);
    for (const Syllables& infinitive : Infinitives(stem)) {
      for (const View ending : {U"", U"서", U"야"}) {
        this->Add(Add(infinitive, ending));
      }
      this->Add(Add(WithFinal(infinitive, kSs), U"던"));
      this->Add(Add(WithFinal(infinitive, kSs), U"음"));
    }
    for (const View ending :
         {U"고", U"기", U"지", U"게", U"도록", U"거나", U"다"}) {
      this->Add(Add(stem, ending));
    }
    this->Add(WithFinal(eu, kL));
    this->Add(WithFinal(eu, FinalOf(eu.back()) == kL ? kLm : kM));
    this->Add(Add(eu, U"려면"));
  }

 private:
  static bool EndsOpen(View stem) {
    const int final = FinalOf(stem.back());
    return final == kNoFinal || final == kL;
  }

  static Syllables WithoutL(View stem) {
    return EndsOpen(stem) ? WithFinal(stem, kNoFinal) : Syllables(stem);
  }

  const View word_;
  std::vector<std::string>* const out_;
  const size_t first_;
};

// A verb and what is done when nobody is said to do it.
constexpr View kVoices =
    U"열 열리 닫 닫히 잠그 잠기 바꾸 바뀌 끄 꺼지 놓 놓이 쓰 쓰이 팔 팔리 "
    U"걸 걸리 나누 나뉘 담 담기 보 보이 듣 들리 쌓 쌓이 붙이 붙 풀 풀리 "
    U"끝내 끝나 줄이 줄 늘리 늘 늘리 늘어나 올리 오르 싣 실리 묶 묶이 섞 섞이 "
    U"찍 찍히 적 적히 막 막히 빨 빨리 뽑 뽑히 잡 잡히 읽 읽히 모으 모이 "
    U"남기 남 돌리 돌 깨 깨지 부수 부서지 옮기 옮 싸 싸이 ";

void AddOfOtherVoice(View stem, Forms* forms) {
  View list = kVoices;
  while (!list.empty()) {
    View pair[2];
    for (View& each : pair) {
      const size_t end = list.find(U' ');
      each = list.substr(0, end);
      list.remove_prefix(end + 1);
    }
    for (const int i : {0, 1}) {
      if (pair[i] == stem) forms->AddFinite(pair[1 - i]);
    }
  }
  // "만들어지다", of "만들다".
  if (stem.size() > 2 && stem.back() == U'지') {
    Stems active;
    active.AddOfInfinitive(Less(stem, 1), /*is_sure=*/false);
    for (const Stems::Stem& each : active.all()) forms->AddFinite(each.letters);
    return;
  }
  for (const Syllables& infinitive : Infinitives(stem)) {
    for (const View ending : {U"집니다", U"진다", U"졌습니다", U"졌다"}) {
      forms->Add(Add(infinitive, ending));
    }
  }
}

// Of "검토하다" and "검토되다" each finds the other, and "검토".
bool AddOfNounVerb(View stem, Forms* forms) {
  if (stem.size() < 3 || !IsOneOf(stem.back(), U"하되")) return false;
  const View noun = Less(stem, 1);
  forms->Add(Syllables(noun));
  forms->AddFinite(Add(noun, U"하"));
  forms->AddFinite(Add(noun, U"되"));
  return true;
}

// None of what is not all Hangul, or too long.
Syllables SyllablesOf(absl::string_view word) {
  Syllables syllables;
  for (size_t at = 0; at < word.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(word, at, &length);
    if (!IsHangul(c) || syllables.size() == kMostSyllables) return {};
    syllables.push_back(c);
    at += length;
  }
  return syllables;
}

// "책은" finds "책" and "책을": stemmers leave what is so short.
void AddOfNoun(View word, Forms* forms) {
  if (word.size() != 2) return;
  const bool is_open = FinalOf(word[0]) == kNoFinal;
  const View noun = word.substr(0, 1);
  const View own = is_open ? U"는가를와" : U"은이을과";
  if (!IsOneOf(word[1], own) && !IsOneOf(word[1], U"에의도만")) return;
  forms->AddNoun(Syllables(noun));
  for (const View list : {own, View(U"에의도만")}) {
    for (const char32_t particle : list) {
      forms->AddNoun(Add(noun, View(&particle, 1)));
    }
  }
}

}  // namespace

size_t KoreanStemBytes(absl::string_view word) {
  const Syllables syllables = SyllablesOf(word);
  if (syllables.size() < 2) return word.size();
  Stems stems;
  size_t of_stem = syllables.size();
  FindStems(syllables, &stems, &of_stem);
  return word.size() / syllables.size() * of_stem;
}

void OtherKoreanForms(absl::string_view word, std::vector<std::string>* forms) {
  const Syllables syllables = SyllablesOf(word);
  if (syllables.size() < 2) return;
  Forms found(syllables, forms);
  AddOfNoun(syllables, &found);
  Stems stems;
  size_t of_stem = syllables.size();
  FindStems(syllables, &stems, &of_stem);
  for (const Stems::Stem& stem : stems.all()) {
    if (!AddOfNounVerb(stem.letters, &found)) found.AddFinite(stem.letters);
  }
  for (const Stems::Stem& stem : stems.all()) {
    if (!stem.is_sure) continue;
    found.AddOthers(stem.letters);
    AddOfOtherVoice(stem.letters, &found);
  }
}

}  // namespace footnote
