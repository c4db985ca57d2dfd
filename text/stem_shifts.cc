#include "text/stem_shifts.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "absl/strings/match.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using Letters = std::u32string;

Letters Decode(absl::string_view utf8) {
  Letters letters;
  for (size_t i = 0; i < utf8.size();) {
    int length = 1;
    letters.push_back(DecodeUtf8(utf8, i, &length));
    i += length;
  }
  return letters;
}

std::string Encode(const Letters& letters) {
  std::string utf8;
  for (const char32_t letter : letters) AppendUtf8(letter, &utf8);
  return utf8;
}

bool IsOneOf(char32_t letter, const char32_t* list) {
  for (; *list != 0; ++list) {
    if (*list == letter) return true;
  }
  return false;
}

bool IsVowel(char32_t letter) { return IsOneOf(letter, U"aeiouyаеиіоуыэюяє"); }

bool IsConsonant(char32_t letter) { return !IsVowel(letter) && letter != U'ь'; }

// A stem that is looked at, and what it may be elsewhere.
class Shifter {
 public:
  explicit Shifter(const StemmedWord& word)
      : own_(Decode(word.stem)),
        careful_(Decode(word.careful)),
        is_name_(word.is_capitalised) {
    const Letters bare = Decode(word.bare);
    if (bare.compare(0, own_.size(), own_) == 0) {
      ending_ = bare.substr(own_.size());
    } else {
      ending_ = U"?";
    }
    shifted_.push_back(own_);
  }

  // Nothing stands behind the stem but perhaps a soft sign: "список", "день".
  bool is_closed() const { return ending_.empty() || ending_ == U"ь"; }

  // Begins with a capital.
  bool is_name() const { return is_name_; }

  const Letters& own() const { return own_; }
  const Letters& careful() const { return careful_; }

  bool EndsIn(std::initializer_list<const char32_t*> endings) const {
    return std::any_of(endings.begin(), endings.end(),
                       [&](const char32_t* e) { return ending_ == e; });
  }

  // Calls `rule(stem, this)` for all that is known so far.
  template <typename Rule>
  void Apply(const Rule& rule) {
    const size_t count = shifted_.size();
    for (size_t i = 0; i < count; ++i) rule(Letters(shifted_[i]), this);
  }

  void Add(Letters stem) {
    if (stem.size() < 2 || shifted_.size() > kMostStemShifts) return;
    if (std::find(shifted_.begin(), shifted_.end(), stem) == shifted_.end()) {
      shifted_.push_back(std::move(stem));
    }
  }

  void AddWithTail(const Letters& stem, size_t tail, const char32_t* other) {
    Add(stem.substr(0, stem.size() - tail) + other);
  }

  void Tell(std::vector<std::string>* out) const {
    for (size_t i = 1; i < shifted_.size(); ++i) {
      out->push_back(Encode(shifted_[i]));
    }
  }

 private:
  const Letters own_;
  const Letters careful_;
  const bool is_name_;
  Letters ending_;
  // The stem itself comes first.
  std::vector<Letters> shifted_;
};

bool HasTail(const Letters& stem, const char32_t* tail) {
  const Letters wanted(tail);
  return stem.size() > wanted.size() &&
         stem.compare(stem.size() - wanted.size(), wanted.size(), wanted) == 0;
}

// The last vowel, where at most `behind` letters follow and one does; or npos.
size_t LastVowel(const Letters& stem, size_t behind) {
  for (size_t i = stem.size(); i-- > 0;) {
    if (!IsVowel(stem[i])) continue;
    const size_t after = stem.size() - 1 - i;
    return after >= 1 && after <= behind ? i : Letters::npos;
  }
  return Letters::npos;
}

Letters WithLetter(Letters stem, size_t at, char32_t letter) {
  stem[at] = letter;
  return stem;
}

// "список" -> "списк", "палец" -> "пальц", "боец" -> "бойц".
void DropCyrillicVowel(const Letters& stem, Shifter* out) {
  if (stem.size() < 3) return;
  const char32_t last = stem.back();
  const char32_t vowel = stem[stem.size() - 2];
  const char32_t before = stem[stem.size() - 3];
  if ((vowel != U'о' && vowel != U'е') || !IsOneOf(last, U"кцлнрм")) return;
  if (last == U'м' && vowel == U'о') return;
  const Letters head = stem.substr(0, stem.size() - 2);
  if (IsVowel(before)) {
    if (vowel == U'е') out->Add(head + U'й' + last);
    return;
  }
  // "уголь" is not "угол".
  if (last == U'л' && vowel == U'о' && HasTail(out->careful(), U"ь")) return;
  if (last != U'м') out->Add(head + last);
  if (before != U'ь' && vowel == U'е') out->Add(head + U'ь' + last);
}

// "списк" -> "список", "пальц" -> "палец", "бойц" -> "боец", "окн" -> "окон".
void InsertCyrillicVowel(const Letters& stem, Shifter* out) {
  if (stem.size() < 2) return;
  const char32_t last = stem.back();
  const char32_t before = stem[stem.size() - 2];
  if (!IsOneOf(last, U"кцлнрмб") || before == last) return;
  const Letters head = stem.substr(0, stem.size() - 1);
  const Letters shorter = stem.substr(0, stem.size() - 2);
  if (before == U'ь') {
    out->Add(shorter + U'е' + last);
    return;
  }
  if (before == U'й') {
    out->Add(shorter + U'е' + last);
    return;
  }
  if (IsVowel(before) || last == U'м' || last == U'б') return;
  if (last == U'ц') {
    out->Add(head + U'е' + last);
  } else if (last == U'к') {
    out->Add(head + (IsOneOf(before, U"жчшщц") ? U'е' : U'о') + last);
  } else {
    out->Add(head + (IsOneOf(before, U"кгх") ? U'о' : U'е') + last);
  }
}

void ShiftRussian(Shifter* shifter) {
  if (shifter->is_closed()) {
    shifter->Apply(DropCyrillicVowel);
  } else if (!HasTail(shifter->own(), U"н") ||
             !shifter->EndsIn({U"ый", U"ий", U"ая", U"ое", U"ые", U"ого",
                               U"ому", U"ую", U"ым", U"ых", U"ыми", U"ой",
                               U"ом"})) {
    // Of adjectives, what is made so is a noun's: "отдельный", "отделение".
    shifter->Apply(InsertCyrillicVowel);
  }
  // The young: "котенок", "котят".
  shifter->Apply([](const Letters& stem, Shifter* out) {
    if (HasTail(stem, U"енок")) out->AddWithTail(stem, 4, U"ят");
    if (HasTail(stem, U"онок")) out->AddWithTail(stem, 4, U"ат");
    if (HasTail(stem, U"ят")) {
      out->AddWithTail(stem, 2, U"енок");
      out->AddWithTail(stem, 2, U"енк");
    }
    if (HasTail(stem, U"чат") || HasTail(stem, U"шат")) {
      out->AddWithTail(stem, 2, U"онок");
      out->AddWithTail(stem, 2, U"онк");
    }
  });
}

// "рік" and "року", "піч" and "печі".
void ShiftUkrainianVowel(const Letters& stem, Shifter* out) {
  const size_t at = LastVowel(stem, 2);
  if (at == Letters::npos) return;
  if (out->is_closed()) {
    if (stem[at] != U'і') return;
    if (at > 0 && IsVowel(stem[at - 1])) {
      out->Add(WithLetter(stem, at, U'є'));
      return;
    }
    out->Add(WithLetter(stem, at, U'о'));
    if (stem.back() != U'р') out->Add(WithLetter(stem, at, U'е'));
  } else if (stem[at] == U'о' ||
             (stem[at] == U'е' && stem.back() != U'р' &&
              (stem.size() >= 4 || IsOneOf(stem.back(), U"чжшл")))) {
    out->Add(WithLetter(stem, at, U'і'));
  }
}

void ShiftUkrainian(Shifter* shifter) {
  const bool closed = shifter->is_closed();
  shifter->Apply(ShiftUkrainianVowel);
  shifter->Apply([closed](const Letters& stem, Shifter* out) {
    if (stem != out->own()) return;
    if (closed) {
      if (HasTail(stem, U"щок")) out->AddWithTail(stem, 3, U"шк");
      DropCyrillicVowel(stem, out);
    } else {
      // "дошк" -> "дощок"; here о stands behind all letters.
      if (HasTail(stem, U"шк")) out->AddWithTail(stem, 2, U"щок");
      if (HasTail(stem, U"ьк")) out->AddWithTail(stem, 1, U"ок");
      if (HasTail(stem, U"жк") || HasTail(stem, U"чк") ||
          HasTail(stem, U"шк")) {
        out->AddWithTail(stem, 1, U"ок");
      } else {
        InsertCyrillicVowel(stem, out);
      }
    }
  });
  // "рука", "руці": only before і, so other stems than the question's own are
  // looked for in that form, and its own in others where it has that form.
  const bool softened = shifter->EndsIn({U"і"});
  shifter->Apply([softened](const Letters& stem, Shifter* out) {
    if (HasTail(stem, U"к")) out->AddWithTail(stem, 1, U"ц");
    if (HasTail(stem, U"г")) out->AddWithTail(stem, 1, U"з");
    if (HasTail(stem, U"х")) out->AddWithTail(stem, 1, U"с");
    if (!softened || stem != out->own()) return;
    const char32_t* hard = HasTail(stem, U"ц")   ? U"к"
                           : HasTail(stem, U"з") ? U"г"
                           : HasTail(stem, U"с") ? U"х"
                                                 : nullptr;
    if (hard == nullptr) return;
    out->AddWithTail(stem, 1, hard);
    // "році" -> "рік".
    const size_t at = LastVowel(stem, 1);
    if (at == Letters::npos || (stem[at] != U'о' && stem[at] != U'е')) return;
    Letters root = WithLetter(stem, at, U'і');
    root.back() = *hard;
    out->Add(std::move(root));
  });
  // "Львів", whose stem is "льв", and "Львова".
  const Letters& careful = shifter->careful();
  const Letters own = shifter->own();
  if (HasTail(careful, U"ів") && own.size() + 2 == careful.size()) {
    shifter->Add(own + U"ов");
  } else if (!closed && shifter->is_name() && own.size() >= 5 &&
             HasTail(own, U"ов")) {
    shifter->Add(own.substr(0, own.size() - 2));
  }
}

// Whether the vowel at `at` of a stem is `accented` in the word.
bool IsWritten(const Shifter& shifter, size_t at, char32_t accented) {
  return at < shifter.careful().size() && shifter.careful()[at] == accented;
}

void ShiftCzech(Shifter* shifter) {
  const bool closed = shifter->is_closed();
  // "stůl", "stolu".
  shifter->Apply([closed](const Letters& stem, Shifter* out) {
    const size_t at = LastVowel(stem, 1);
    if (closed && at != Letters::npos && IsWritten(*out, at, U'ů')) {
      out->Add(WithLetter(stem, at, U'o'));
    }
  });
  // "účet", "účtu".
  shifter->Apply([closed](const Letters& stem, Shifter* out) {
    if (stem != out->own() || stem.size() < 3) return;
    const char32_t last = stem.back();
    const char32_t before = stem[stem.size() - 2];
    if (!IsOneOf(last, U"kclnrtv")) return;
    const Letters head = stem.substr(0, stem.size() - 1);
    if (closed && before == U'e' && IsConsonant(stem[stem.size() - 3])) {
      out->Add(head.substr(0, head.size() - 1) + last);
    } else if (!closed && IsConsonant(before) && before != last &&
               (last != U't' || IsOneOf(before, U"ckh"))) {
      out->Add(head + U'e' + last);
    }
  });
  // "ruka", "ruce".
  const bool softened =
      shifter->EndsIn({U"e", U"i", U"ech", U"ich", U"im", U"imi"});
  shifter->Apply([softened](const Letters& stem, Shifter* out) {
    // "věk" is not "věc".
    if (stem.size() < 4) return;
    if (HasTail(stem, U"ch")) {
      out->AddWithTail(stem, 2, U"s");
    } else if (HasTail(stem, U"h") || HasTail(stem, U"g")) {
      out->AddWithTail(stem, 1, U"z");
    } else if (HasTail(stem, U"k")) {
      out->AddWithTail(stem, 1, U"c");
    } else if (softened && stem == out->own()) {
      if (HasTail(stem, U"c")) out->AddWithTail(stem, 1, U"k");
      if (HasTail(stem, U"z")) out->AddWithTail(stem, 1, U"h");
      if (HasTail(stem, U"s")) out->AddWithTail(stem, 1, U"ch");
    }
  });
}

// "ręka" and "rąk", "dąb" and "dęby".
void ShiftPolishNasal(const Letters& stem, Shifter* out) {
  const size_t at = LastVowel(stem, HasTail(stem, U"dz") ? 2 : 1);
  if (at == Letters::npos) return;
  if (out->is_closed()) {
    if (IsWritten(*out, at, U'ą')) out->Add(WithLetter(stem, at, U'e'));
  } else if (IsWritten(*out, at, U'ę')) {
    out->Add(WithLetter(stem, at, U'a'));
  }
}

// "wtorek" -> "wtork", "kwiecien" -> "kwietn", "grudzien" -> "grudn".
void DropPolishVowel(const Letters& stem, Shifter* out) {
  const size_t size = stem.size();
  if (size < 4 || stem[size - 2] != U'e') return;
  const char32_t last = stem.back();
  if (!IsOneOf(last, U"kclnrwt")) return;
  Letters head = stem.substr(0, size - 2);
  if (head.back() == U'i') head.pop_back();
  if (head.size() < 2 || !IsConsonant(head.back())) return;
  if (last == U'n' && HasTail(head, U"dz")) {
    out->Add(head.substr(0, head.size() - 1) + last);
  } else if (last == U'n' && HasTail(head, U"c")) {
    out->Add(head.substr(0, head.size() - 1) + U't' + last);
  }
  out->Add(head + last);
}

void InsertPolishVowel(const Letters& stem, Shifter* out) {
  const size_t size = stem.size();
  if (size < 3) return;
  const char32_t last = stem.back();
  const char32_t before = stem[size - 2];
  if (!IsOneOf(last, U"kclnrw") || !IsConsonant(before) || before == last) {
    return;
  }
  const Letters head = stem.substr(0, size - 1);
  const Letters shorter = stem.substr(0, size - 2);
  if (last == U'n' && before == U'd') out->Add(shorter + U"dzien");
  if (last == U'n' && before == U't') out->Add(shorter + U"cien");
  // "znaczny" is not "znaczenie".
  if (last != U'n' || before == U'h') out->Add(head + U"e" + last);
  if (!IsOneOf(before, U"zj")) out->Add(head + U"ie" + last);
}

// What would be the stem of another word: "miejsce", "część", "liście",
// "powódź", "świat".
bool IsPolishException(const Letters& stem) {
  constexpr const char32_t* kExceptions[] = {U"miejsk", U"czest", U"list",
                                             U"powod",  U"swiet", U"lisc"};
  return std::any_of(std::begin(kExceptions), std::end(kExceptions),
                     [&](const char32_t* each) { return stem == each; });
}

void ShiftPolish(Shifter* shifter) {
  if (IsPolishException(shifter->own())) return;
  const bool closed = shifter->is_closed();
  shifter->Apply(ShiftPolishNasal);
  shifter->Apply(closed ? DropPolishVowel : InsertPolishVowel);
  // "ręka", "ręce"; "biuro", "biurze"; "klient", "klienci".
  const bool before_e = shifter->EndsIn({U"e", U"y"});
  const bool before_i = shifter->EndsIn({U"ie", U"i"});
  shifter->Apply([=](const Letters& stem, Shifter* out) {
    const auto swap = [&](const char32_t* from, const char32_t* to) {
      if (HasTail(stem, from)) out->AddWithTail(stem, Letters(from).size(), to);
    };
    swap(U"ch", U"sz");
    swap(U"k", U"c");
    swap(U"g", U"dz");
    if (stem.size() >= 4) {
      swap(U"r", U"rz");
      swap(U"st", U"sc");
      if (HasTail(stem, U"nt") || (!closed && !HasTail(stem, U"st"))) {
        swap(U"t", U"c");
        swap(U"d", U"dz");
      }
    }
    if (LastVowel(stem, 4) == Letters::npos) return;
    if (before_e) {
      swap(U"sz", U"ch");
      swap(U"dz", U"g");
      swap(U"rz", U"r");
      if (!HasTail(stem, U"sc")) swap(U"c", U"k");
    } else if (before_i) {
      swap(U"sc", U"st");
      if (stem.size() >= 5) {
        swap(U"dz", U"d");
        if (!HasTail(stem, U"sc")) swap(U"c", U"t");
      }
    }
  });
}

void ShiftRomanian(Shifter* shifter) {
  const bool is_plural = shifter->EndsIn(
      {U"i", U"ii", U"ile", U"ilor", U"e", U"ele", U"elor", U"le", U"lor"});
  // "poartă", "porți"; "seară", "seri".
  shifter->Apply([is_plural](const Letters& stem, Shifter* out) {
    const size_t at = LastVowel(stem, 3);
    if (at == Letters::npos) return;
    if (at > 0 && stem[at] == U'a' &&
        (stem[at - 1] == U'o' || stem[at - 1] == U'e')) {
      out->Add(stem.substr(0, at) + stem.substr(at + 1));
    } else if (is_plural && (stem[at] == U'o' || stem[at] == U'e') &&
               (at == 0 || !IsVowel(stem[at - 1]))) {
      out->Add(stem.substr(0, at + 1) + U'a' + stem.substr(at + 1));
    }
  });
  // "stradă", "străzi".
  shifter->Apply([is_plural](const Letters& stem, Shifter* out) {
    if (HasTail(stem, U"d") && stem != U"cad") {
      out->AddWithTail(stem, 1, U"z");
    } else if (is_plural && HasTail(stem, U"z")) {
      out->AddWithTail(stem, 1, U"d");
    }
  });
}

}  // namespace

bool HasStemShifts(Language language) {
  switch (language) {
    case Language::kCs:
    case Language::kPl:
    case Language::kRo:
    case Language::kRu:
    case Language::kUk:
      return true;
    default:
      return false;
  }
}

void ShiftStem(Language language, const StemmedWord& word,
               std::vector<std::string>* out) {
  Shifter shifter(word);
  switch (language) {
    case Language::kCs:
      ShiftCzech(&shifter);
      break;
    case Language::kPl:
      ShiftPolish(&shifter);
      break;
    case Language::kRo:
      ShiftRomanian(&shifter);
      break;
    case Language::kRu:
      ShiftRussian(&shifter);
      break;
    case Language::kUk:
      ShiftUkrainian(&shifter);
      break;
    default:
      return;
  }
  shifter.Tell(out);
}

}  // namespace footnote
