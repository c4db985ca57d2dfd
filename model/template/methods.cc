// The methods of Python's strings, lists and dictionaries that templates call.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/template/builtins.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;
// Of `self` with the arguments of a call.
using Method = Result (*)(const Value& self, const CallArguments& arguments,
                          Budget* budget);

// The string argument at `place`; `otherwise` where it is missing or None.
const Text* TextArgument(const CallArguments& arguments, size_t place,
                         absl::string_view name) {
  const Value* const value = ArgumentReader(arguments).Get(place, name);
  return value != nullptr && value->IsString() ? &value->text() : nullptr;
}

// Strips characters of `chars`, or white space when it is null.
Value Strip(const Text& text, const Text* chars, bool left, bool right) {
  const std::string& bytes = text.bytes();
  std::vector<char32_t> wanted;
  for (size_t at = 0; chars != nullptr && at < chars->size();) {
    int length;
    wanted.push_back(DecodeUtf8(chars->bytes(), at, &length));
    at += length;
  }
  std::sort(wanted.begin(), wanted.end());
  const auto strips = [&](char32_t c) {
    return chars == nullptr
               ? IsSpaceCharacter(c)
               : std::binary_search(wanted.begin(), wanted.end(), c);
  };
  size_t begin = 0;
  size_t end = bytes.size();
  while (left && begin < end) {
    int length;
    if (!strips(DecodeUtf8(bytes, begin, &length))) break;
    begin += length;
  }
  while (right && end > begin) {
    const size_t last = FloorToCodePoint(bytes, end - 1);
    int length;
    if (!strips(DecodeUtf8(bytes, last, &length))) break;
    end = last;
  }
  return Value::String(text.Part(begin, end));
}

// The same, but what is there and no string is wrong.
absl::StatusOr<const Text*> OptionalText(const CallArguments& arguments,
                                         absl::string_view name) {
  const Value* const value = ArgumentReader(arguments).Get(0, name);
  if (value == nullptr || value->IsNone()) return nullptr;
  if (value->IsString()) return &value->text();
  return Wrong(absl::StrCat(name, ": want a str, not ", value->TypeName()));
}

template <bool kLeft, bool kRight>
Result StripMethod(const Value& self, const CallArguments& arguments, Budget*) {
  ASSIGN_OR_RETURN(const Text* const chars, OptionalText(arguments, "chars"));
  return Strip(self.text(), chars, kLeft, kRight);
}

Result Upper(const Value& self, const CallArguments&, Budget*) {
  return Value::String(self.text().Changed(ToUpperText(self.bytes())));
}

Result Lower(const Value& self, const CallArguments&, Budget*) {
  return Value::String(self.text().Changed(ToLowerText(self.bytes())));
}

Result Capitalize(const Value& self, const CallArguments&, Budget*) {
  if (self.bytes().empty()) return self;
  int length;
  const char32_t first = DecodeUtf8(self.bytes(), 0, &length);
  return Value::String(self.text().Changed(absl::StrCat(
      ToTitleCharacter(first), ToLowerText(self.bytes().substr(length)))));
}

Result Title(const Value& self, const CallArguments&, Budget*) {
  std::string out;
  bool in_word = false;
  for (size_t at = 0; at < self.bytes().size();) {
    int length;
    const char32_t c = DecodeUtf8(self.bytes(), at, &length);
    const std::string one = self.bytes().substr(at, length);
    out += in_word ? ToLowerText(one) : ToTitleCharacter(c);
    in_word = IsUpperCharacter(c) || IsLowerCharacter(c) || IsLetter(c);
    at += length;
  }
  return Value::String(self.text().Changed(out));
}

Result Split(const Value& self, const CallArguments& arguments,
             Budget* budget) {
  ASSIGN_OR_RETURN(const Text* const by, OptionalText(arguments, "sep"));
  int64_t limit = ArgumentReader(arguments).Int(1, "maxsplit", -1);
  const std::string& bytes = self.bytes();
  Value::List parts;
  RETURN_IF_ERROR(budget->Spend(bytes.size() / 16));
  if (by != nullptr) {
    if (by->empty()) return Wrong("empty separator");
    size_t begin = 0;
    for (size_t at = FindBytes(bytes, by->bytes()); at != std::string::npos;
         at = FindBytes(bytes, by->bytes(), begin)) {
      if (limit-- == 0) break;
      RETURN_IF_ERROR(budget->Spend(1));
      parts.push_back(Value::String(self.text().Part(begin, at)));
      begin = at + by->size();
    }
    parts.push_back(Value::String(self.text().Part(begin, bytes.size())));
    return Value::ListOf(std::move(parts));
  }
  size_t at = 0;
  while (true) {
    int length = 0;
    while (at < bytes.size() &&
           IsSpaceCharacter(DecodeUtf8(bytes, at, &length))) {
      at += length;
    }
    if (at >= bytes.size()) break;
    if (limit-- == 0) {
      parts.push_back(Strip(self.text().Part(at, bytes.size()), nullptr,
                            /*left=*/false, /*right=*/true));
      break;
    }
    RETURN_IF_ERROR(budget->Spend(1));
    const size_t begin = at;
    while (at < bytes.size() &&
           !IsSpaceCharacter(DecodeUtf8(bytes, at, &length))) {
      at += length;
    }
    parts.push_back(Value::String(self.text().Part(begin, at)));
  }
  return Value::ListOf(std::move(parts));
}

// At most `limit` words from the end, and before them the rest.
Result RightSplitAtSpace(const Value& self, int64_t limit, Budget* budget) {
  const std::string& bytes = self.bytes();
  RETURN_IF_ERROR(budget->Spend(bytes.size() / 16));
  size_t end = bytes.size();
  const auto back = [&](bool space) {
    while (end > 0) {
      const size_t last = FloorToCodePoint(bytes, end - 1);
      int length;
      if (IsSpaceCharacter(DecodeUtf8(bytes, last, &length)) != space) return;
      end = last;
    }
  };
  Value::List parts;
  for (back(true); end > 0 && limit-- > 0; back(true)) {
    RETURN_IF_ERROR(budget->Spend(1));
    const size_t word_end = end;
    back(false);
    parts.push_back(Value::String(self.text().Part(end, word_end)));
  }
  if (end > 0) {
    parts.push_back(Strip(self.text().Part(0, end), nullptr, /*left=*/false,
                          /*right=*/true));
  }
  std::reverse(parts.begin(), parts.end());
  return Value::ListOf(std::move(parts));
}

Result RightSplit(const Value& self, const CallArguments& arguments,
                  Budget* budget) {
  ASSIGN_OR_RETURN(const Text* const by, OptionalText(arguments, "sep"));
  int64_t limit = ArgumentReader(arguments).Int(1, "maxsplit", -1);
  if (limit < 0) return Split(self, arguments, budget);
  if (by == nullptr) return RightSplitAtSpace(self, limit, budget);
  if (by->empty()) return Wrong("empty separator");
  Value::List parts;
  size_t end = self.bytes().size();
  while (limit-- > 0 && end >= by->size()) {
    RETURN_IF_ERROR(budget->Spend(1 + end / 256));
    const size_t at = FindLastBytes(
        absl::string_view(self.bytes()).substr(0, end), by->bytes());
    if (at == std::string::npos) break;
    parts.push_back(Value::String(self.text().Part(at + by->size(), end)));
    end = at;
    if (end == 0) break;
  }
  parts.push_back(Value::String(self.text().Part(0, end)));
  std::reverse(parts.begin(), parts.end());
  return Value::ListOf(std::move(parts));
}

bool EndsLine(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 ||
         c == 0x2028 || c == 0x2029;
}

Result SplitLines(const Value& self, const CallArguments& arguments,
                  Budget* budget) {
  const bool keep = ArgumentReader(arguments).Flag(0, "keepends", false);
  const std::string& bytes = self.bytes();
  Value::List lines;
  size_t begin = 0;
  for (size_t at = 0; at < bytes.size();) {
    int length;
    const char32_t c = DecodeUtf8(bytes, at, &length);
    const size_t text_end = at;
    at += length;
    if (!EndsLine(c)) continue;
    if (c == '\r' && at < bytes.size() && bytes[at] == '\n') ++at;
    RETURN_IF_ERROR(budget->Spend(1));
    lines.push_back(
        Value::String(self.text().Part(begin, keep ? at : text_end)));
    begin = at;
  }
  if (begin < bytes.size()) {
    lines.push_back(Value::String(self.text().Part(begin, bytes.size())));
  }
  return Value::ListOf(std::move(lines));
}

bool HasEnd(absl::string_view bytes, absl::string_view part, bool start) {
  return start ? absl::StartsWith(bytes, part) : absl::EndsWith(bytes, part);
}

// The part of a string that its second and third argument say, in code points:
// where it is looked in.
struct Window {
  bool beyond = false;  // it begins after the end: nothing is found there
  size_t begin = 0;     // bytes
  absl::string_view bytes;
};

Window WindowOf(const Value& self, const CallArguments& arguments) {
  const ArgumentReader reader(arguments);
  const auto size = static_cast<int64_t>(Length(self.text()));
  const auto bound = [&](int64_t at) {
    return at < 0 ? std::max<int64_t>(at + size, 0) : at;
  };
  const int64_t begin = bound(reader.Int(1, "", 0));
  const int64_t end = std::min(bound(reader.Int(2, "", size)), size);
  Window window;
  window.beyond = begin > end;
  if (window.beyond) return window;
  window.begin = ByteOffset(self.bytes(), begin);
  window.bytes =
      absl::string_view(self.bytes())
          .substr(window.begin, ByteOffset(self.bytes(), end) - window.begin);
  return window;
}

template <bool kStart>
Result Ends(const Value& self, const CallArguments& arguments, Budget*) {
  const Value* const value = ArgumentReader(arguments).Get(0, "prefix");
  const Window window = WindowOf(self, arguments);
  if (value != nullptr && value->IsString()) {
    return Value::Bool(!window.beyond &&
                       HasEnd(window.bytes, value->bytes(), kStart));
  }
  if (value == nullptr || !value->IsSequence() || !value->sequence().tuple) {
    return Wrong("want a str or a tuple of str");
  }
  for (const Value& part : value->items()) {
    if (!part.IsString()) return Wrong("want a tuple of str");
    if (!window.beyond && HasEnd(window.bytes, part.bytes(), kStart)) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

template <bool kPrefix>
Result RemoveEnd(const Value& self, const CallArguments& arguments, Budget*) {
  const Text* const part = TextArgument(arguments, 0, "prefix");
  if (part == nullptr) return Wrong("want a str");
  if (!HasEnd(self.bytes(), part->bytes(), kPrefix)) return self;
  const size_t size = self.text().size();
  return Value::String(kPrefix ? self.text().Part(part->size(), size)
                               : self.text().Part(0, size - part->size()));
}

Result Replace(const Value& self, const CallArguments& arguments,
               Budget* budget) {
  const Text* const from = TextArgument(arguments, 0, "old");
  const Text* const to = TextArgument(arguments, 1, "new");
  int64_t count = ArgumentReader(arguments).Int(2, "count", -1);
  if (from == nullptr || to == nullptr) return Wrong("replace: want two str");
  const bool markup = self.text().IsMarkup();
  const Text by = markup ? to->Escaped() : *to;
  const std::string& bytes = self.bytes();
  Text out;
  size_t begin = 0;
  size_t at = 0;
  while (count != 0) {
    if (from->empty()) {
      if (at > bytes.size()) break;
    } else {
      at = FindBytes(bytes, from->bytes(), begin);
      if (at == std::string::npos) break;
    }
    const size_t before = out.size();
    out.Append(self.text().Part(begin, at));
    out.Append(by);
    RETURN_IF_ERROR(budget->Spend(1));
    RETURN_IF_ERROR(budget->Grow(out.size() - before, out.size()));
    begin = at + from->size();
    if (from->empty()) {
      if (at == bytes.size()) {
        at = bytes.size() + 1;
      } else {
        int length;
        DecodeUtf8(bytes, at, &length);
        at += length;
      }
    }
    --count;
  }
  out.Append(self.text().Part(std::min(begin, bytes.size()), bytes.size()));
  return Value::String(out.AsMarkup(markup));
}

template <bool kRight, bool kMustBe>
Result FindText(const Value& self, const CallArguments& arguments, Budget*) {
  const Text* const part = TextArgument(arguments, 0, "sub");
  if (part == nullptr) return Wrong("find: want a str");
  const Window window = WindowOf(self, arguments);
  const size_t at = window.beyond ? absl::string_view::npos
                    : kRight      ? FindLastBytes(window.bytes, part->bytes())
                                  : FindBytes(window.bytes, part->bytes());
  if (at == absl::string_view::npos) {
    return kMustBe ? Result(Wrong("substring not found")) : Value::Int(-1);
  }
  return Value::Int(
      static_cast<int64_t>(CodePointOffset(self.bytes(), window.begin + at)));
}

Result CountText(const Value& self, const CallArguments& arguments, Budget*) {
  const Text* const part = TextArgument(arguments, 0, "sub");
  if (part == nullptr) return Wrong("count: want a str");
  const Window window = WindowOf(self, arguments);
  if (window.beyond) return Value::Int(0);
  if (part->empty()) {
    return Value::Int(static_cast<int64_t>(CountCodePoints(window.bytes)) + 1);
  }
  int64_t count = 0;
  for (size_t at = FindBytes(window.bytes, part->bytes());
       at != absl::string_view::npos;
       at = FindBytes(window.bytes, part->bytes(), at + part->size())) {
    ++count;
  }
  return Value::Int(count);
}

Result JoinText(const Value& self, const CallArguments& arguments,
                Budget* budget) {
  const Value* const list = ArgumentReader(arguments).Get(0, "iterable");
  if (list == nullptr) return Wrong("join: want a list");
  ASSIGN_OR_RETURN(const std::vector<Value> items, Iterate(*list, budget));
  const bool markup = self.text().IsMarkup();
  Text out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].IsString()) return Wrong("join: want a list of str");
    const size_t before = out.size();
    if (i > 0) out.Append(self.text());
    out.Append(markup ? items[i].text().Escaped() : items[i].text());
    RETURN_IF_ERROR(budget->Grow(out.size() - before, out.size()));
  }
  return Value::String(out.AsMarkup(markup));
}

// Every character is of the kind, and there is one.
template <bool (*kKind)(char32_t)>
Result All(const Value& self, const CallArguments&, Budget*) {
  const std::string& bytes = self.bytes();
  bool all = !bytes.empty();
  for (size_t at = 0; all && at < bytes.size();) {
    int length;
    all = kKind(DecodeUtf8(bytes, at, &length));
    at += length;
  }
  return Value::Bool(all);
}

Result IsAscii(const Value& self, const CallArguments&, Budget*) {
  return Value::Bool(
      std::all_of(self.bytes().begin(), self.bytes().end(),
                  [](char c) { return static_cast<uint8_t>(c) < 0x80; }));
}

bool IsLetterOrDigit(char32_t c) { return IsLetter(c) || IsDigitCharacter(c); }

// There is a letter of the case and none of the other.
template <bool kUpper>
Result IsCase(const Value& self, const CallArguments&, Budget*) {
  bool found = false;
  for (size_t at = 0; at < self.bytes().size();) {
    int length;
    const char32_t c = DecodeUtf8(self.bytes(), at, &length);
    at += length;
    if (kUpper ? IsLowerCharacter(c) : IsUpperCharacter(c)) {
      return Value::Bool(false);
    }
    found = found || (kUpper ? IsUpperCharacter(c) : IsLowerCharacter(c));
  }
  return Value::Bool(found);
}

Result Format(const Value& self, const CallArguments& arguments,
              Budget* budget) {
  const Text& text = self.text();
  const std::string& bytes = text.bytes();
  Text out;
  size_t next = 0;
  for (size_t at = 0; at < bytes.size();) {
    const size_t brace = std::min(bytes.find_first_of("{}", at), bytes.size());
    out.Append(text.Part(at, brace));
    if (brace == bytes.size()) break;
    if (brace + 1 < bytes.size() && bytes[brace + 1] == bytes[brace]) {
      out.Append(text.Part(brace, brace + 1));
      at = brace + 2;
      continue;
    }
    const size_t close = bytes.find('}', brace);
    if (bytes[brace] == '}' || close == std::string::npos) {
      return Wrong("format: a single brace");
    }
    const std::string field = bytes.substr(brace + 1, close - brace - 1);
    at = close + 1;
    const bool number = std::all_of(field.begin(), field.end(), [](char c) {
      return c >= '0' && c <= '9';
    });
    size_t place = arguments.positional.size();
    if (field.empty()) {
      place = next++;
    } else if (number && field.size() < 4) {
      place = static_cast<size_t>(atoi(field.c_str()));
    }
    const Value* const value = number ? (place < arguments.positional.size()
                                             ? &arguments.positional[place]
                                             : nullptr)
                                      : ArgumentReader(arguments).Get(
                                            arguments.positional.size(), field);
    if (value == nullptr) {
      return Wrong(absl::StrCat("format: field \"", field, "\" has no value"));
    }
    const size_t before = out.size();
    out.Append(text.IsMarkup() ? value->Str().Escaped() : value->Str());
    RETURN_IF_ERROR(budget->Grow(out.size() - before, out.size()));
  }
  return Value::String(out.AsMarkup(text.IsMarkup()));
}

template <bool kRight>
Result Partition(const Value& self, const CallArguments& arguments, Budget*) {
  const Text* const by = TextArgument(arguments, 0, "sep");
  if (by == nullptr || by->empty()) return Wrong("partition: want a separator");
  const Text& text = self.text();
  const size_t at = kRight ? FindLastBytes(text.bytes(), by->bytes())
                           : FindBytes(text.bytes(), by->bytes());
  if (at == std::string::npos) {
    const Value empty = Value::String(text.Part(0, 0));
    return kRight ? Value::TupleOf({empty, empty, self})
                  : Value::TupleOf({self, empty, empty});
  }
  return Value::TupleOf(
      {Value::String(text.Part(0, at)), Value::String(*by),
       Value::String(text.Part(at + by->size(), text.size()))});
}

enum class Side { kLeft, kRight, kCenter };

template <Side kSide>
Result Justify(const Value& self, const CallArguments& arguments,
               Budget* budget) {
  const Text* by = TextArgument(arguments, 1, "fillchar");
  const Text space(" ");
  if (arguments.positional.size() < 2) by = &space;
  if (by == nullptr || Length(*by) != 1) return Wrong("want one character");
  const int64_t width = ArgumentReader(arguments).Int(0, "width", 0);
  const auto length = static_cast<int64_t>(Length(self.text()));
  if (width <= length) return self;
  RETURN_IF_ERROR(budget->Make(static_cast<size_t>(width) * by->size()));
  const int64_t room = width - length;
  const int64_t before = kSide == Side::kLeft ? 0
                         : kSide == Side::kRight
                             ? room
                             : room / 2 + (room & width & 1);
  Text out;
  for (int64_t i = 0; i < before; ++i) out.Append(*by);
  out.Append(self.text());
  for (int64_t i = before; i < room; ++i) out.Append(*by);
  return Value::String(out.AsMarkup(self.text().IsMarkup()));
}

// Zeros after the sign.
Result ZeroFill(const Value& self, const CallArguments& arguments,
                Budget* budget) {
  const int64_t width = ArgumentReader(arguments).Int(0, "width", 0);
  const auto length = static_cast<int64_t>(Length(self.text()));
  if (width <= length) return self;
  RETURN_IF_ERROR(budget->Make(static_cast<size_t>(width)));
  const std::string& bytes = self.bytes();
  const size_t sign =
      !bytes.empty() && (bytes[0] == '-' || bytes[0] == '+') ? 1 : 0;
  Text out = self.text().Part(0, sign);
  out.Append(std::string(static_cast<size_t>(width - length), '0'));
  out.Append(self.text().Part(sign, bytes.size()));
  return Value::String(std::move(out));
}

Result ListIndex(const Value& self, const CallArguments& arguments,
                 Budget* budget) {
  const Value* const wanted = ArgumentReader(arguments).Get(0, "value");
  if (wanted == nullptr) return Wrong("index: want a value");
  ASSIGN_OR_RETURN(const size_t at, IndexOf(*wanted, self.items(), budget));
  if (at == self.items().size()) return Wrong("index: no such item");
  return Value::Int(static_cast<int64_t>(at));
}

Result ListCount(const Value& self, const CallArguments& arguments,
                 Budget* budget) {
  const Value* const wanted = ArgumentReader(arguments).Get(0, "value");
  int64_t count = 0;
  for (const Value& item : self.items()) {
    if (wanted == nullptr) continue;
    RETURN_IF_ERROR(
        budget->Spend(std::min(item.weight(), wanted->weight()) / 16));
    if (item.Equals(*wanted)) ++count;
  }
  return Value::Int(count);
}

template <bool kKeys, bool kValues>
Result DictItems(const Value& self, const CallArguments&, Budget* budget) {
  RETURN_IF_ERROR(budget->Spend(self.dict().size()));
  Value::List items;
  for (const auto& [key, value] : self.dict()) {
    items.push_back(kKeys && kValues ? Value::TupleOf({key, value})
                    : kKeys          ? key
                                     : value);
  }
  return Value::ViewOf(std::move(items), kKeys && kValues ? "dict_items"
                                         : kKeys          ? "dict_keys"
                                                          : "dict_values");
}

Result DictGet(const Value& self, const CallArguments& arguments,
               Budget* budget) {
  const ArgumentReader reader(arguments);
  const Value* const key = reader.Get(0, "key");
  if (key == nullptr) return Wrong("get: want a key");
  RETURN_IF_ERROR(budget->Spend(self.dict().size() / 8));
  if (key->IsSequence()) RETURN_IF_ERROR(budget->Look(self));
  const Value* found = self.Find(*key);
  if (found == nullptr) found = reader.Get(1, "default");
  return found == nullptr ? Value::Nothing() : *found;
}

Result Copy(const Value& self, const CallArguments&, Budget*) { return self; }

Result Changing(const Value&, const CallArguments&, Budget*) {
  return Wrong("a method that changes its object is not safely callable");
}

struct Entry {
  absl::string_view name;
  Method method;
};

constexpr Entry kStringMethods[] = {
    {"capitalize", Capitalize},
    {"center", Justify<Side::kCenter>},
    {"count", CountText},
    {"endswith", Ends<false>},
    {"find", FindText<false, false>},
    {"format", Format},
    {"index", FindText<false, true>},
    {"isalnum", All<IsLetterOrDigit>},
    {"isalpha", All<IsLetter>},
    {"isascii", IsAscii},
    {"isdecimal", All<IsDigitCharacter>},
    {"isdigit", All<IsDigitCharacter>},
    {"islower", IsCase<false>},
    {"isnumeric", All<IsDigitCharacter>},
    {"isspace", All<IsSpaceCharacter>},
    {"isupper", IsCase<true>},
    {"join", JoinText},
    {"ljust", Justify<Side::kLeft>},
    {"lower", Lower},
    {"lstrip", StripMethod<true, false>},
    {"partition", Partition<false>},
    {"removeprefix", RemoveEnd<true>},
    {"removesuffix", RemoveEnd<false>},
    {"replace", Replace},
    {"rfind", FindText<true, false>},
    {"rindex", FindText<true, true>},
    {"rjust", Justify<Side::kRight>},
    {"rpartition", Partition<true>},
    {"rsplit", RightSplit},
    {"rstrip", StripMethod<false, true>},
    {"split", Split},
    {"splitlines", SplitLines},
    {"startswith", Ends<true>},
    {"strip", StripMethod<true, true>},
    {"title", Title},
    {"upper", Upper},
    {"zfill", ZeroFill},
};

constexpr Entry kListMethods[] = {
    {"append", Changing}, {"clear", Changing},  {"count", ListCount},
    {"extend", Changing}, {"index", ListIndex}, {"insert", Changing},
    {"pop", Changing},    {"remove", Changing}, {"reverse", Changing},
    {"sort", Changing},   {"copy", Copy},
};

constexpr Entry kTupleMethods[] = {
    {"count", ListCount},
    {"index", ListIndex},
};

constexpr Entry kDictMethods[] = {
    {"clear", Changing},
    {"copy", Copy},
    {"get", DictGet},
    {"items", DictItems<true, true>},
    {"keys", DictItems<true, false>},
    {"pop", Changing},
    {"popitem", Changing},
    {"setdefault", Changing},
    {"update", Changing},
    {"values", DictItems<false, true>},
};

template <size_t N>
Method Look(const Entry (&entries)[N], absl::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry.method;
  }
  return nullptr;
}

}  // namespace

bool FindMethod(const Value& of, absl::string_view name, Budget* budget,
                Value* method) {
  Method found = nullptr;
  if (of.IsString()) {
    found = Look(kStringMethods, name);
  } else if (of.IsSequence() && of.sequence().IsList()) {
    found = Look(kListMethods, name);
  } else if (of.IsSequence() && of.sequence().HasPlaces()) {
    found = Look(kTupleMethods, name);
  } else if (of.IsDict()) {
    found = Look(kDictMethods, name);
  }
  if (found == nullptr) return false;
  Callable callable;
  callable.name = std::string(name);
  callable.call = [of, found, budget](CallArguments arguments) -> Result {
    RETURN_IF_ERROR(LookAtTexts(of, arguments, budget));
    return found(of, arguments, budget);
  };
  *method = Value::Function(std::move(callable));
  return true;
}

}  // namespace footnote
