#include "forecast/times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;

std::string Read(const std::string& text,
                 DateOrder order = DateOrder::kDayFirst) {
  Time time;
  return ParseTime(text, order, &time) ? FormatTime(time) : "none";
}

TEST(TimesTest, ReadsTimesAsPeopleWriteThem) {
  const struct {
    const char* text;
    const char* want;
  } kCases[] = {
      {"2024", "2024"},
      {"2024-Q3", "2024-Q3"},
      {"2024Q3", "none"},
      {"Q1 1999", "1999-Q1"},
      {"2024-05", "2024-05"},
      {"2024/5", "2024-05"},
      {"May 2024", "2024-05"},
      {"Sept 2024", "none"},
      {"september 2024", "2024-09"},
      {"2024-05-17", "2024-05-17"},
      {"2024/05/17", "2024-05-17"},
      {"17.05.2024", "2024-05-17"},
      {"17/05/2024", "2024-05-17"},
      {"3/4/2024", "2024-04-03"},
      {"17 May 2024", "2024-05-17"},
      {"May 17, 2024", "2024-05-17"},
      {"2024-02-29", "2024-02-29"},
      {"2023-02-29", "none"},
      {"2024-13-01", "none"},
      {"2024-05-17T12:30", "2024-05-17T12:30"},
      {"2024-05-17 12:30:05", "2024-05-17T12:30:05"},
      {"2024-05-17T12:30:05.25Z", "2024-05-17T12:30:05"},
      {"2024-05-17T00:30+02:00", "2024-05-16T22:30"},
      {"1969-12-31T23:59:58", "1969-12-31T23:59:58"},
      {"2024-05-17T25:00", "none"},
      {"117", "none"},
      {"0005", "none"},
      {"12345", "none"},
      {"2024-05-17 and more", "none"},
      {"", "none"},
  };
  for (const auto& test : kCases)
    EXPECT_EQ(Read(test.text), test.want) << test.text;
  EXPECT_EQ(Read("3/4/2024", DateOrder::kMonthFirst), "2024-03-04");
  EXPECT_EQ(Read("17/05/2024", DateOrder::kMonthFirst), "none");
}

std::vector<Time> Times(const std::vector<std::string>& texts) {
  std::vector<Time> times;
  for (const std::string& text : texts) {
    times.emplace_back();
    EXPECT_TRUE(ParseTime(text, DateOrder::kDayFirst, &times.back())) << text;
  }
  return times;
}

TEST(TimesTest, FindsTheStepBetweenTimes) {
  std::vector<Time> times = Times({"2024-01-31", "2024-02-29", "2024-04-30"});
  Cadence cadence = FindCadence(&times);
  EXPECT_EQ(cadence.Name(), "month");
  EXPECT_EQ(cadence.Steps(times[1], times[2]), 2);
  EXPECT_EQ(FormatTime(cadence.After(times[2], 9)), "2025-01");
  EXPECT_THAT(cadence.Seasons(), ElementsAre(12));

  times = Times({"2024-01-01T00:00", "2024-01-01T00:15", "2024-01-01T01:00",
                 "2024-01-01T01:15"});
  cadence = FindCadence(&times);
  EXPECT_EQ(cadence.Name(), "15 minutes");
  EXPECT_EQ(cadence.Steps(times[1], times[2]), 3);
  EXPECT_THAT(cadence.Seasons(), ElementsAre(4, 96));

  times = Times({"2024-05-06", "2024-05-13", "2024-05-20"});
  cadence = FindCadence(&times);
  EXPECT_EQ(cadence.Name(), "week");
  EXPECT_EQ(FormatTime(cadence.After(times[2], 1)), "2024-05-27");
}

TEST(TimesTest, KnowsDaysWithoutWeekends) {
  std::vector<std::string> texts;
  for (const int day : {6, 7, 8, 9, 10, 13, 14, 15, 16, 17}) {
    texts.push_back("2024-05-" + std::string(day < 10 ? "0" : "") +
                    std::to_string(day));
  }
  std::vector<Time> times = Times(texts);
  const Cadence cadence = FindCadence(&times);
  EXPECT_EQ(cadence.Name(), "business day");
  EXPECT_EQ(cadence.Steps(times[4], times[5]), 1);
  EXPECT_EQ(FormatTime(cadence.After(times[9], 1)), "2024-05-20");
}

}  // namespace
}  // namespace footnote
