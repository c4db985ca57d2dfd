#include "generator/modelled/marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MarkedDelta Join(MarkedDelta a, const MarkedDelta& b) {
  a.text += b.text;
  a.thinking += b.thinking;
  a.marks.insert(a.marks.end(), b.marks.begin(), b.marks.end());
  return a;
}

// All at once, and in pieces of each size up to 7: the same.
MarkedDelta Read(const std::string& output, MarkReader* last = nullptr) {
  MarkReader whole;
  MarkedDelta want = whole.Add(output);
  want = Join(want, whole.Finish());
  for (size_t size = 1; size < 8; ++size) {
    MarkReader reader;
    MarkedDelta got;
    for (size_t at = 0; at < output.size(); at += size) {
      got = Join(got, reader.Add(output.substr(at, size)));
    }
    got = Join(got, reader.Finish());
    EXPECT_EQ(got.text, want.text) << size;
    EXPECT_EQ(got.thinking, want.thinking) << size;
    EXPECT_EQ(got.marks.size(), want.marks.size()) << size;
    for (size_t i = 0; i < want.marks.size() && i < got.marks.size(); ++i) {
      EXPECT_EQ(got.marks[i].begin, want.marks[i].begin) << size;
      EXPECT_EQ(got.marks[i].end, want.marks[i].end) << size;
      EXPECT_EQ(got.marks[i].text, want.marks[i].text) << size;
    }
  }
  if (last != nullptr) *last = whole;
  return want;
}

TEST(MarkReaderTest, CountsCodePointsWithoutTheMarks) {
  const MarkedDelta delta = Read("hello🌈<co: 2,1>foo🌈</co: 2,1> end");
  EXPECT_EQ(delta.text, "hello🌈foo🌈 end");
  ASSERT_THAT(delta.marks, SizeIs(1));
  EXPECT_EQ(delta.marks[0].begin, 6u);
  EXPECT_EQ(delta.marks[0].end, 10u);
  EXPECT_EQ(delta.marks[0].text, "foo🌈");
  ASSERT_THAT(delta.marks[0].sources, SizeIs(1));
  EXPECT_EQ(delta.marks[0].sources[0].call, 0);
  EXPECT_THAT(delta.marks[0].sources[0].results, ElementsAre(2, 1));
}

TEST(MarkReaderTest, ReadsSourcesOfSeveralCalls) {
  const MarkedDelta delta =
      Read("It is <co>31 metres</co: 0:[1,2],1:[0]> high.");
  EXPECT_EQ(delta.text, "It is 31 metres high.");
  ASSERT_THAT(delta.marks, SizeIs(1));
  EXPECT_EQ(delta.marks[0].begin, 6u);
  EXPECT_EQ(delta.marks[0].end, 15u);
  ASSERT_THAT(delta.marks[0].sources, SizeIs(2));
  EXPECT_THAT(delta.marks[0].sources[0].results, ElementsAre(1, 2));
  EXPECT_EQ(delta.marks[0].sources[1].call, 1);
}

TEST(MarkReaderTest, CodeIsNoMark) {
  EXPECT_EQ(Read("use <code>x</code> and <coffee> < co>").text,
            "use <code>x</code> and <coffee> < co>");
  const MarkedDelta delta = Read("<code>a</code> <co>b</co: 0:[0]> <co");
  EXPECT_EQ(delta.text, "<code>a</code> b <co");
  EXPECT_THAT(delta.marks, SizeIs(1));
}

TEST(MarkReaderTest, DropsHalvesOfMarks) {
  EXPECT_EQ(Read("a</co: 0:[1]>b").text, "ab");
  EXPECT_THAT(Read("a</co: 0:[1]>b").marks, IsEmpty());
  EXPECT_EQ(Read("a<co>b").text, "ab");
  EXPECT_THAT(Read("<co></co: 0:[1]>x").marks, IsEmpty());
}

TEST(MarkReaderTest, TellsThoughtsFromTheAnswer) {
  const MarkedDelta delta = Read(
      "<|START_THINKING|> I see <co>x</co: 0:[0]>. <|END_THINKING|>"
      "<|START_RESPONSE|> Yes, <co>y</co: 0:[1]>.  <|END_RESPONSE|>junk");
  EXPECT_EQ(delta.thinking, "I see x.");
  EXPECT_EQ(delta.text, "Yes, y.");
  ASSERT_THAT(delta.marks, SizeIs(2));
  EXPECT_TRUE(delta.marks[0].thinking);
  EXPECT_FALSE(delta.marks[1].thinking);
  EXPECT_EQ(delta.marks[1].begin, 5u);
}

TEST(MarkReaderTest, ReadsToolCalls) {
  MarkReader reader;
  const MarkedDelta delta = Read(
      "<|START_THINKING|>plan<|END_THINKING|><|START_ACTION|>[\n"
      "    {\"tool_call_id\": \"0\", \"tool_name\": \"search\", "
      "\"parameters\": {\"query\": \"a </co> b\", \"k\": 2}},\n"
      "    {\"tool_call_id\": \"1\", \"tool_name\": \"calculate\", "
      "\"parameters\": {}}\n]<|END_ACTION|>",
      &reader);
  EXPECT_EQ(delta.text, "");
  ASSERT_THAT(reader.tool_calls(), SizeIs(2));
  EXPECT_EQ(reader.tool_calls()[0].name, "search");
  EXPECT_EQ(reader.tool_calls()[0].parameters,
            "{\"query\": \"a </co> b\", \"k\": 2}");
  EXPECT_EQ(reader.tool_calls()[1].id, "1");
}

TEST(ReadMarkSourcesTest, LeavesOutWhatCannotBeRead) {
  EXPECT_THAT(ReadMarkSources(""), IsEmpty());
  EXPECT_THAT(ReadMarkSources("x:[1],0:[a]"), IsEmpty());
  EXPECT_THAT(ReadMarkSources("0:[-1]"), IsEmpty());
  ASSERT_THAT(ReadMarkSources(" 0 : [ 1 , x, 3 ] , 99999999999:[1]"),
              SizeIs(1));
  EXPECT_THAT(ReadMarkSources("0:[1,x,3]")[0].results, ElementsAre(1, 3));
}

}  // namespace
}  // namespace footnote
