#include "storage/locator.h"

#include <gtest/gtest.h>

#include <string>

#include "storage/locator_reader.h"

namespace footnote {
namespace {

Locator Sample() {
  Locator locator;
  locator.Add(0, 3);
  locator.SetElement("intro");
  locator.Add(10, 7);
  locator.Add(500, 5);
  locator.SetElement("intro");
  locator.Add(501, 100000);
  return locator;
}

TEST(LocatorTest, FindsTheBlockThatHoldsAnOffset) {
  const Locator locator = Sample();
  EXPECT_EQ(locator.Find(0).line, 3);
  EXPECT_EQ(locator.Find(9).line, 3);
  EXPECT_EQ(locator.Find(9).element, "");
  EXPECT_EQ(locator.Find(10).element, "intro");
  EXPECT_EQ(locator.Find(499).line, 7);
  EXPECT_EQ(locator.Find(500).line, 5);
  EXPECT_EQ(locator.Find(1u << 30).line, 100000);
}

TEST(LocatorTest, AnEmptyOneKnowsNothing) {
  EXPECT_EQ(Locator().Find(5).line, 0);
  const absl::StatusOr<Locator> decoded = Locator::Decode("");
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->empty());
}

TEST(LocatorTest, SurvivesItsBytes) {
  const absl::StatusOr<Locator> decoded = Locator::Decode(Sample().Encode());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->Find(500).line, 5);
  EXPECT_EQ(decoded->Find(500).element, "intro");
  EXPECT_EQ(decoded->Find(501).line, 100000);
}

TEST(LocatorTest, OfAStretchIsReadWhatHoldsIt) {
  const std::string bytes = Sample().Encode();
  const Locator whole = Sample();
  for (const uint64_t begin : {0, 1, 9, 10, 11, 499, 500, 501, 502}) {
    for (const uint64_t end : {1, 10, 11, 500, 501, 502, 1000}) {
      if (end <= begin) continue;
      const absl::StatusOr<Locator> part = Locator::Decode(bytes, begin, end);
      ASSERT_TRUE(part.ok()) << part.status();
      ASSERT_FALSE(part->empty());
      EXPECT_LE(part->begin(0), begin);
      EXPECT_LT(part->begin(part->size() - 1), end);
      for (uint64_t at = begin; at < end; ++at) {
        EXPECT_EQ(part->Find(at).line, whole.Find(at).line) << at;
        EXPECT_EQ(part->Find(at).element, whole.Find(at).element) << at;
      }
    }
  }
}

TEST(LocatorTest, ReadsOfPiecesNoMoreThanItNeeds) {
  Locator whole;
  for (uint32_t i = 0; i < 10000; ++i) {
    if (i % 3 == 0) whole.SetElement(std::to_string(i));
    whole.Add(100 * i, i);
  }
  const std::string bytes = whole.Encode();
  for (const size_t piece : {1, 7, 1000, 1 << 20}) {
    for (const uint64_t begin : {0, 50, 100, 333333, 999999}) {
      LocatorReader reader(begin, begin + 1);
      size_t read = 0;
      bool more = true;
      for (; more && read < bytes.size(); read += piece) {
        more = reader.Add(absl::string_view(bytes).substr(read, piece));
      }
      const absl::StatusOr<Locator> part = reader.Finish();
      ASSERT_TRUE(part.ok()) << part.status();
      EXPECT_EQ(part->Find(begin).line, whole.Find(begin).line);
      EXPECT_EQ(part->Find(begin).element, whole.Find(begin).element);
      // The names of the elements come first.
      if (begin == 333333 && piece < 1000) {
        EXPECT_LT(read, bytes.size() * 2 / 3);
      }
    }
  }
}

TEST(LocatorTest, ReportsEveryCut) {
  const std::string bytes = Sample().Encode();
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(Locator::Decode(bytes.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(Locator::Decode(bytes + "x").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(LocatorTest, RefusesALaterVersion) {
  std::string bytes = Sample().Encode();
  bytes[0] = 2;
  EXPECT_EQ(Locator::Decode(bytes).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(LocatorTest, SurvivesAnyFlippedByte) {
  const std::string good = Sample().Encode();
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const absl::StatusOr<Locator> decoded = Locator::Decode(bytes);
      if (decoded.ok()) decoded->Find(500);
    }
  }
}

}  // namespace
}  // namespace footnote
