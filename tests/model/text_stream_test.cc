#include "model/text_stream.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "gtest/gtest.h"
#include "model/tokenizer/open.h"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

// Ids below 256 are bytes.
std::unique_ptr<Tokenizer> Bytes() {
  const std::string path = ::testing::TempDir() + "/tokenizer.json";
  EXPECT_TRUE(WriteFileAtomically(path, ByteLevelJson()).ok());
  auto tokenizer = OpenTokenizer(path);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return std::move(tokenizer).value();
}

// What comes out after each byte of `text`, and at the end.
std::vector<std::string> Pieces(TextStream* stream, const std::string& text) {
  std::vector<std::string> pieces;
  for (const char c : text) {
    pieces.push_back(stream->Add(static_cast<unsigned char>(c)));
  }
  pieces.push_back(stream->Finish());
  return pieces;
}

std::string Joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

TEST(TextStreamTest, CharacterComesWhenItIsWhole) {
  const auto tokenizer = Bytes();
  TextStream stream(*tokenizer, {});
  // a, €, z.
  EXPECT_EQ(Pieces(&stream, "a\xe2\x82\xacz"),
            (std::vector<std::string>{"a", "", "", "\xe2\x82\xac", "z", ""}));
}

TEST(TextStreamTest, BytesThatAreNoCharacterAreReplaced) {
  const auto tokenizer = Bytes();
  TextStream stream(*tokenizer, {});
  EXPECT_EQ(Joined(Pieces(&stream, "a\xffz\xe2\x82")),
            "a\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(TextStreamTest, StopStringAndWhatFollowsAreDropped) {
  const auto tokenizer = Bytes();
  TextStream stream(*tokenizer, {"", "stop", "\xe2\x82\xac"});
  EXPECT_EQ(Pieces(&stream, "sstopx"),
            (std::vector<std::string>{"", "s", "", "", "", "", ""}));
  EXPECT_TRUE(stream.stopped());
  TextStream euro(*tokenizer, {"\xe2\x82\xac"});
  EXPECT_EQ(Joined(Pieces(&euro, "a\xe2\x82\xacz")), "a");
}

TEST(TextStreamTest, WhatOnlyLookedLikeAStopIsGiven) {
  const auto tokenizer = Bytes();
  TextStream stream(*tokenizer, {"stop"});
  EXPECT_EQ(Joined(Pieces(&stream, "stost\xc3\xb6 sto")), "stost\xc3\xb6 sto");
  EXPECT_FALSE(stream.stopped());
}

}  // namespace
}  // namespace footnote
