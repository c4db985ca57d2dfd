#include "generator/citation/verify.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "generator/citation/assemble.h"
#include "tests/generator/documents_23.h"

namespace footnote {
namespace {

constexpr char kFirst[] =
    "Größe ist relativ. Die Bücherei wurde 1923 eröffnet.";
constexpr char kSecond[] = "Der Garten hat vierzig Bäume und einen Brunnen.";

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    *passages_.Add() = MakePassage("first", kFirst, "de", 1, 100, 90);
    *passages_.Add() = MakePassage("second", kSecond, "de", 2);
    v1::Citation citation;
    const size_t begin = std::string(kFirst).find("Die");
    *citation.add_sources() =
        CiteSpan(passages_[0], {static_cast<uint32_t>(begin),
                                static_cast<uint32_t>(sizeof(kFirst) - 1)});
    Assemble({citation}, &draft_);
  }

  v1::Verdict Judge() const {
    return JudgeCitation(draft_.text(), draft_.citations(0), passages_);
  }
  v1::SourceSpan* source() {
    return draft_.mutable_citations(0)->mutable_sources(0);
  }
  // Makes `quote` the answer and the quote, wherever it is from.
  void Claim(const std::string& quote) {
    source()->set_quote(quote);
    source()->set_quote_sha256(Sha256(quote));
    Assemble({draft_.citations(0)}, &draft_);
  }

  PassageList passages_;
  v1::Draft draft_;
};

TEST_F(VerifyTest, FindsAnHonestQuote) {
  EXPECT_EQ(draft_.text(), "Die Bücherei wurde 1923 eröffnet.");
  // Two bytes of "ö" and "ß" each are one code point before it.
  EXPECT_EQ(source()->span().begin(), 100u + 21u);
  EXPECT_EQ(source()->span().begin_code_point(), 90u + 19u);
  EXPECT_EQ(Judge(), v1::FOUND);
}

TEST_F(VerifyTest, NoticesOneChangedLetter) {
  Claim("Die Bücherei wurde 1933 eröffnet.");
  EXPECT_EQ(Judge(), v1::NOT_FOUND);
}

TEST_F(VerifyTest, NoticesAQuoteOfAnotherSource) {
  Claim(kSecond);
  EXPECT_EQ(Judge(), v1::MISATTRIBUTED);
}

TEST_F(VerifyTest, NoticesAQuoteFromAnotherPlaceOfTheSameSource) {
  Claim("Größe ist relativ.");
  EXPECT_EQ(Judge(), v1::MISATTRIBUTED);
}

TEST_F(VerifyTest, NoticesAStitchedQuote) {
  Claim("Die Bücherei wurde 1923 und einen Brunnen.");
  EXPECT_EQ(Judge(), v1::STITCHED);
}

TEST_F(VerifyTest, NoticesAMovedSpan) {
  source()->mutable_span()->set_begin(source()->span().begin() + 1);
  EXPECT_NE(Judge(), v1::FOUND);
}

TEST_F(VerifyTest, NoticesAWrongCodePoint) {
  source()->mutable_span()->set_begin_code_point(
      source()->span().begin_code_point() + 1);
  EXPECT_NE(Judge(), v1::FOUND);
}

TEST_F(VerifyTest, NoticesAWrongHash) {
  source()->set_quote_sha256(Sha256("something else"));
  EXPECT_EQ(Judge(), v1::NOT_FOUND);
}

TEST_F(VerifyTest, NoticesAnotherVersion) {
  source()->mutable_source()->set_version(2);
  EXPECT_EQ(Judge(), v1::MISATTRIBUTED);
}

TEST_F(VerifyTest, NoticesAnAnswerSpanThatIsNotTheQuote) {
  draft_.mutable_citations(0)->mutable_answer_span()->set_end(5);
  EXPECT_EQ(Judge(), v1::NOT_FOUND);
}

TEST_F(VerifyTest, NoticesACitationWithoutASource) {
  draft_.mutable_citations(0)->clear_sources();
  EXPECT_EQ(Judge(), v1::NOT_FOUND);
}

TEST_F(VerifyTest, NoticesASpanOutsideThePassage) {
  source()->mutable_span()->set_end(1ull << 63);
  EXPECT_NE(Judge(), v1::FOUND);
}

TEST_F(VerifyTest, DropsOnlyWhatIsNotFound) {
  v1::Citation good = draft_.citations(0);
  v1::Citation bad = good;
  bad.mutable_sources(0)->set_quote("Das steht nirgends geschrieben.");
  bad.mutable_sources(0)->set_quote_sha256(
      Sha256("Das steht nirgends geschrieben."));
  v1::Citation other;
  *other.add_sources() =
      CiteSpan(passages_[1], {0, static_cast<uint32_t>(sizeof(kSecond) - 1)});
  Assemble({good, bad, other}, &draft_);
  EXPECT_EQ(KeepOnlyFound(passages_, &draft_), 1);
  EXPECT_EQ(draft_.text(),
            "Die Bücherei wurde 1923 eröffnet. Der Garten hat vierzig Bäume "
            "und einen Brunnen.");
  ASSERT_EQ(draft_.citations_size(), 2);
  for (const v1::Citation& citation : draft_.citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND);
    EXPECT_EQ(JudgeCitation(draft_.text(), citation, passages_), v1::FOUND);
  }
}

TEST_F(VerifyTest, AbstainsWhenNothingIsLeft) {
  Claim("Das steht nirgends geschrieben.");
  EXPECT_EQ(KeepOnlyFound(passages_, &draft_), 1);
  EXPECT_EQ(draft_.text(), "");
  EXPECT_EQ(draft_.abstention(), v1::NOT_SUPPORTED);
  EXPECT_NE(draft_.abstention_detail(), "");
}

}  // namespace
}  // namespace footnote
