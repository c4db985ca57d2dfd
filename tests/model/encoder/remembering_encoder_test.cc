#include "model/encoder/remembering_encoder.h"

#include <stdio.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "model/encoder/context_encoder.h"
#include "model/encoder/encoder.h"

namespace footnote {
namespace {

// A text's vector is its length and its first byte; counts what it is asked.
class CountingEncoder final : public Encoder {
 public:
  absl::string_view name() const override { return "counting"; }
  int dimension() const override { return 2; }
  absl::string_view hash() const override { return ""; }
  absl::Span<const absl::string_view> languages() const override { return {}; }
  int max_tokens() const override { return 1000; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    if (fails) return absl::ResourceExhaustedError("no memory");
    for (size_t i = 0; i < texts.size(); ++i) {
      asked.emplace_back(texts[i]);
      rows[2 * i] = static_cast<float>(texts[i].size());
      rows[2 * i + 1] = texts[i].empty() ? 0 : texts[i][0];
    }
    return absl::OkStatus();
  }

  mutable std::vector<std::string> asked;
  bool fails = false;
};

std::vector<float> Look(const RememberingEncoder& vectors,
                        const std::vector<absl::string_view>& texts) {
  std::vector<float> rows(2 * texts.size(), -1);
  EXPECT_TRUE(vectors.Encode(texts, rows.data()).ok());
  return rows;
}

constexpr uint64_t kHere = 7;
constexpr uint64_t kThere = 8;

using Floats = std::vector<float>;
using Texts = std::vector<std::string>;

TEST(RememberingEncoderTest, OnlyWhatIsNewIsEncodedAndRowsKeepTheirOrder) {
  CountingEncoder encoder;
  const RememberingEncoder vectors(&encoder, 100);
  EXPECT_EQ(Look(vectors, {"a", "bb"}), (Floats{1, 'a', 2, 'b'}));
  EXPECT_EQ(Look(vectors, {"ccc", "bb", "d", "a"}),
            (Floats{3, 'c', 2, 'b', 1, 'd', 1, 'a'}));
  EXPECT_EQ(Look(vectors, {"bb", "bb"}), (Floats{2, 'b', 2, 'b'}));
  EXPECT_EQ(Look(vectors, {}), Floats());
  EXPECT_EQ(encoder.asked, (Texts{"a", "bb", "ccc", "d"}));
  EXPECT_EQ(vectors.size(), 4u);
}

// True where `text` stands in this process's heap.
bool IsInHeap(const std::string& text) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin, end;
    if (line.find("[heap]") == std::string::npos ||
        sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2) {
      continue;
    }
    const char* const from = reinterpret_cast<const char*>(begin);
    const char* const to = reinterpret_cast<const char*>(end);
    const std::boyer_moore_searcher searcher(text.begin(), text.end());
    for (auto at = std::search(from, to, searcher); at != to;
         at = std::search(at + 1, to, searcher)) {
      if (at != text.data()) return true;
    }
  }
  return false;
}

// What was deleted elsewhere can't be read here.
TEST(RememberingEncoderTest, KeepsNoText) {
  CountingEncoder encoder;
  const RememberingEncoder vectors(&encoder, 100);
  std::string text;
  for (int i = 0; i < 40; ++i) text += static_cast<char>('a' + i * i % 26);
  Look(vectors, {text});
  EXPECT_EQ(vectors.size(), 1u);
  // The encoder's own.
  ASSERT_EQ(encoder.asked.size(), 1u);
  EXPECT_TRUE(IsInHeap(text));
  encoder.asked[0].assign(encoder.asked[0].size(), '-');
  EXPECT_FALSE(IsInHeap(text));
  // It is remembered all the same.
  Look(vectors, {text});
  EXPECT_EQ(encoder.asked.size(), 1u);
}

TEST(RememberingEncoderTest, NeverRemembersMoreThanItMay) {
  CountingEncoder encoder;
  const RememberingEncoder vectors(&encoder, 3);
  for (int i = 0; i < 50; ++i) {
    const std::string text = absl::StrCat(i);
    EXPECT_EQ(Look(vectors, {text, "same", text})[0], text.size());
    EXPECT_LE(vectors.size(), 3u);
  }
}

TEST(RememberingEncoderTest, WhatIsKeptDoesNotGiveWayToWhatIsMet) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  ASSERT_TRUE(vectors.Keep("kept", kHere, 0).ok());
  for (int i = 0; i < 50; ++i) Look(vectors, {absl::StrCat(i)});
  encoder.asked.clear();
  EXPECT_TRUE(vectors.Keeps({"kept"}, {kHere}));
  EXPECT_EQ(Look(vectors, {"kept"}), (Floats{4, 'k'}));
  EXPECT_EQ(encoder.asked, Texts());
  EXPECT_FALSE(vectors.Keeps({"kept", "0"}, {kHere, kHere}));
  EXPECT_TRUE(vectors.Keeps({}, {}));
}

TEST(RememberingEncoderTest, WhatWasMetIsKeptWithoutBeingEncodedAgain) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  Look(vectors, {"met"});
  ASSERT_TRUE(vectors.Keep("met", kHere, 0).ok());
  EXPECT_EQ(encoder.asked, (Texts{"met"}));
  EXPECT_EQ(vectors.size(), 1u);
  EXPECT_EQ(vectors.kept(), 1u);
  EXPECT_EQ(Look(vectors, {"met"}), (Floats{3, 'm'}));
}

TEST(RememberingEncoderTest, KeepsNoMoreThanItMay) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  ASSERT_TRUE(vectors.Keep("a", kHere, 0).ok());
  ASSERT_TRUE(vectors.Keep("b", kHere, 0).ok());
  EXPECT_EQ(vectors.Keep("c", kHere, 0).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(vectors.kept(), 2u);
  // Nothing is encoded for which there is no room.
  EXPECT_EQ(encoder.asked, (Texts{"a", "b"}));
  // One that is kept needs no more room.
  EXPECT_TRUE(vectors.Keep("a", kHere, 0).ok());
}

// Where all that is kept does not leave room for what is new, a round in which
// the new comes first is not the end of the rest.
TEST(RememberingEncoderTest, WhatIsNewTakesTheRoomOfOneThatIsOlder) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 0, 10);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(vectors.Keep(absl::StrCat(i), kHere, 1).ok());
  }
  ASSERT_TRUE(vectors.Keep("new", kHere, 2).ok());
  EXPECT_EQ(vectors.kept(), 10u);
  EXPECT_TRUE(vectors.Keeps({"new"}, {kHere}));
  int kept = 0;
  for (int i = 0; i < 10; ++i)
    kept += vectors.Keep(absl::StrCat(i), kHere, 2).ok();
  EXPECT_EQ(kept, 9);
  vectors.ForgetKeptBefore(2);
  EXPECT_EQ(vectors.kept(), 10u);
  EXPECT_TRUE(vectors.Keeps({"new"}, {kHere}));
}

TEST(RememberingEncoderTest, WhatIsNotKeptAgainGoes) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  ASSERT_TRUE(vectors.Keep("gone", kHere, 1).ok());
  ASSERT_TRUE(vectors.Keep("stays", kHere, 1).ok());
  ASSERT_TRUE(vectors.Keep("stays", kHere, 2).ok());
  vectors.ForgetKeptBefore(2);
  EXPECT_FALSE(vectors.Keeps({"gone"}, {kHere}));
  EXPECT_TRUE(vectors.Keeps({"stays"}, {kHere}));
  EXPECT_EQ(encoder.asked, (Texts{"gone", "stays"}));
}

TEST(RememberingEncoderTest, WhatIsKeptOfOnePlaceIsNotKeptOfAnother) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  Look(vectors, {"met"});
  EXPECT_FALSE(vectors.Keeps({"met"}, {kHere}));
  ASSERT_TRUE(vectors.Keep("a", kHere, 1).ok());
  EXPECT_TRUE(vectors.Keeps({"a"}, {kHere}));
  EXPECT_FALSE(vectors.Keeps({"a"}, {kThere}));
  ASSERT_TRUE(vectors.Keep("a", kThere, 2).ok());
  EXPECT_TRUE(vectors.Keeps({"a", "a"}, {kHere, kThere}));
  EXPECT_EQ(encoder.asked, (Texts{"met", "a"}));
  vectors.ForgetKeptBefore(2);
  EXPECT_FALSE(vectors.Keeps({"a"}, {kHere}));
  EXPECT_TRUE(vectors.Keeps({"a"}, {kThere}));
}

TEST(RememberingEncoderTest, WhatCannotBeEncodedIsNotKept) {
  CountingEncoder encoder;
  RememberingEncoder vectors(&encoder, 2, 2);
  encoder.fails = true;
  EXPECT_EQ(vectors.Keep("a", kHere, 0).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(vectors.kept(), 0u);
  EXPECT_FALSE(vectors.Keeps({"a"}, {kHere}));
}

TEST(RememberingEncoderTest, AnErrorIsToldAndNotRemembered) {
  CountingEncoder encoder;
  const RememberingEncoder vectors(&encoder, 100);
  Look(vectors, {"a"});
  encoder.fails = true;
  std::vector<float> rows(4);
  EXPECT_EQ(vectors.Encode({"a", "b"}, rows.data()).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(vectors.Encode({"a"}, rows.data()).ok());
  encoder.fails = false;
  EXPECT_EQ(Look(vectors, {"b"}), (Floats{1, 'b'}));
}

// A part's vector is where it ends and how long it is; counts the texts.
class CountingContextEncoder final : public ContextEncoder {
 public:
  int dimension() const override { return 2; }
  absl::Status Encode(absl::string_view text,
                      absl::Span<const absl::string_view> parts,
                      float* rows) const override {
    if (fails) return absl::ResourceExhaustedError("no memory");
    ++asked;
    for (const absl::string_view part : parts) {
      *rows++ = static_cast<float>(part.end() - text.begin());
      *rows++ = static_cast<float>(part.size());
    }
    return absl::OkStatus();
  }

  mutable int asked = 0;
  bool fails = false;
};

constexpr absl::string_view kText = "He built it. It burns.";
const std::vector<absl::string_view> kParts = {kText.substr(0, 12),
                                               kText.substr(13)};

Floats LookAt(const RememberingContextEncoder& vectors, absl::string_view text,
              const std::vector<absl::string_view>& parts) {
  Floats rows(2 * parts.size(), -1);
  EXPECT_TRUE(vectors.Encode(text, parts, rows.data()).ok());
  return rows;
}

TEST(RememberingContextEncoderTest, ATextWithTheSamePartsIsEncodedOnce) {
  CountingContextEncoder encoder;
  const RememberingContextEncoder vectors(&encoder, 100, 0);
  const Floats both = {12, 12, 22, 9};
  EXPECT_EQ(LookAt(vectors, kText, kParts), both);
  EXPECT_EQ(LookAt(vectors, kText, kParts), both);
  EXPECT_EQ(encoder.asked, 1);
  EXPECT_EQ(LookAt(vectors, kText, {kParts[1]}), (Floats{22, 9}));
  EXPECT_EQ(LookAt(vectors, kText, {kText}), (Floats{22, 22}));
  EXPECT_EQ(LookAt(vectors, kText, {}), Floats());
  EXPECT_EQ(encoder.asked, 4);
}

TEST(RememberingContextEncoderTest, PartsAreCountedAndWhatIsKeptStays) {
  CountingContextEncoder encoder;
  RememberingContextEncoder vectors(&encoder, 3, 3);
  ASSERT_TRUE(vectors.Keep(kText, kParts, kHere, 1).ok());
  const absl::string_view two = "a b";
  const std::vector<absl::string_view> letters = {two.substr(0, 1),
                                                  two.substr(2)};
  EXPECT_EQ(vectors.Keep(two, letters, kHere, 1).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(vectors.kept(), 1u);
  EXPECT_EQ(encoder.asked, 1);
  for (int i = 0; i < 50; ++i) {
    const std::string text = absl::StrCat(i);
    LookAt(vectors, text, {text});
    EXPECT_LE(vectors.size(), 1u + 3u);
  }
  EXPECT_TRUE(vectors.Keeps(kText, kParts, kHere));
  EXPECT_FALSE(vectors.Keeps(kText, kParts, kThere));
  EXPECT_FALSE(vectors.Keeps(kText, {kParts[0]}, kHere));
  const int asked = encoder.asked;
  LookAt(vectors, kText, kParts);
  EXPECT_EQ(encoder.asked, asked);
  // What is new takes the room of what is older.
  ASSERT_TRUE(vectors.Keep(two, letters, kHere, 2).ok());
  EXPECT_FALSE(vectors.Keeps(kText, kParts, kHere));
  vectors.ForgetKeptBefore(3);
  EXPECT_EQ(vectors.kept(), 0u);
  encoder.fails = true;
  EXPECT_FALSE(vectors.Keep(kText, kParts, kHere, 3).ok());
  EXPECT_EQ(vectors.kept(), 0u);
}

}  // namespace
}  // namespace footnote
