#include "audit/excerpt.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"

namespace footnote {
namespace {

Bundle With(const std::string& text) {
  Bundle bundle;
  bundle.sources.push_back({"c", "d", 1, text});
  return bundle;
}

v1::SourceSpan Quote(const std::string& text, const std::string& quote) {
  v1::SourceSpan source;
  source.mutable_source()->set_collection("c");
  source.mutable_source()->set_document("d");
  source.mutable_source()->set_version(1);
  source.mutable_span()->set_begin(text.find(quote));
  source.mutable_span()->set_end(text.find(quote) + quote.size());
  source.set_quote(quote);
  return source;
}

TEST(ExcerptTest, AShortTextStandsAroundTheQuoteWhole) {
  const std::string text = "Before it.\n\nThe quote.  After\tit.";
  const Excerpt excerpt = ExcerptOf(Quote(text, "The quote."), With(text));
  EXPECT_EQ(excerpt.before, "Before it. ");
  EXPECT_EQ(excerpt.quote, "The quote.");
  EXPECT_EQ(excerpt.after, " After it.");
}

TEST(ExcerptTest, ALongTextIsCutBetweenWords) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "lighthouse ";
  const std::string text = words + "The quote. " + words;
  const Excerpt excerpt = ExcerptOf(Quote(text, "The quote."), With(text));
  EXPECT_EQ(excerpt.before.substr(0, 14), "\xE2\x80\xA6 lighthouse");
  EXPECT_EQ(excerpt.after.substr(excerpt.after.size() - 14),
            "lighthouse \xE2\x80\xA6");
  EXPECT_LT(excerpt.before.size(), 170u);
  EXPECT_LT(excerpt.after.size(), 170u);
}

TEST(ExcerptTest, WithoutBlanksItIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "\xE7\x81\xAF";
  for (int shift = 0; shift < 3; ++shift) {
    const std::string whole = std::string(shift, 'x') + text + "Q" + text;
    const Excerpt excerpt = ExcerptOf(Quote(whole, "Q"), With(whole));
    EXPECT_TRUE(IsValidUtf8(excerpt.before));
    EXPECT_TRUE(IsValidUtf8(excerpt.after));
  }
}

TEST(ExcerptTest, WithoutTheVersionThereIsTheQuoteAlone) {
  const v1::SourceSpan source = Quote("The quote.", "The quote.");
  EXPECT_EQ(ExcerptOf(source, Bundle()).before, "");
  EXPECT_EQ(ExcerptOf(source, Bundle()).quote, "The quote.");
  EXPECT_EQ(ExcerptOf(source, With("Another text here.")).after, "");
}

}  // namespace
}  // namespace footnote
