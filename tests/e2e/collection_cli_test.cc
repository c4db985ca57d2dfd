// `collection` and `duplicates`: quotas, retention, legal hold,
// near-duplicates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLighthouse[] =
    "The lighthouse on the Eddystone rocks was built in 1759 by the engineer "
    "John Smeaton. Its tower is made of granite blocks that are dovetailed "
    "into each other, so that it could withstand the waves of the Channel. "
    "After more than a hundred years the rock below it had been worn away, "
    "and the tower was taken down and put up again in Plymouth. ";
constexpr char kTea[] =
    "绿茶应当用七十度左右的热水冲泡，水温过高会使茶汤发苦。冲泡的时间以两分钟"
    "为宜，茶叶可以反复冲泡三次，每一次的味道都略有不同，第二泡往往最为甘甜。"
    "喝剩的茶叶晒干之后还可以放进冰箱去除异味。";

class CollectionCliTest : public testing::Test {
 protected:
  CollectionCliTest() : store_(NewFolder() + "/store"), folder_(NewFolder()) {}

  Finished In(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", store_});
    return RunProgram(arguments);
  }
  Finished Ingest(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"ingest", folder_, "--root", folder_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return In(arguments);
  }
  void Write(const std::string& name, const std::string& text) {
    WriteText(folder_ + "/" + name, text);
  }
  json Search(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"search", "--json"});
    const json response = json::parse(In(arguments).out);
    duplicates_ = response["duplicates"];
    return response["passages"];
  }
  // What the last search said of a document.
  json Others(const std::string& document) const {
    for (const json& one : duplicates_) {
      if (one["document"] == document) return one["others"];
    }
    return json::array();
  }

  const std::string store_;
  const std::string folder_;
  json duplicates_;
};

TEST_F(CollectionCliTest, NearDuplicatesAreShownOnceAndListed) {
  Write("a.txt", kLighthouse);
  Write("copy.txt", std::string(kLighthouse) + "It is still there today.");
  Write("tea.txt", kTea);
  Write("tea2.txt", std::string(kTea) + "完。");
  Write("other.txt",
        "A lighthouse is a tower with a lamp. Ships see the lamp at night and "
        "keep away from the rocks. The keeper of a lighthouse lives alone, and "
        "in the evening the keeper lights the lamp.");
  ASSERT_EQ(Ingest().exit_code, kExitOk);

  const Finished listed = In({"duplicates"});
  EXPECT_EQ(listed.exit_code, kExitOk) << listed.err;
  EXPECT_THAT(listed.out,
              AllOf(HasSubstr("1.00  a.txt\n"), HasSubstr("copy.txt"),
                    HasSubstr("tea.txt"), HasSubstr("tea2.txt"),
                    Not(HasSubstr("other.txt"))));
  EXPECT_THAT(In({"duplicates", "tea2.txt"}).out,
              AllOf(HasSubstr("tea.txt"), Not(HasSubstr("copy.txt"))));
  EXPECT_THAT(In({"duplicates", "other.txt"}).out,
              HasSubstr("nothing is nearly the same"));
  EXPECT_EQ(In({"duplicates", "none.txt"}).exit_code, kExitNotFound);

  const json found =
      Search({"--hide-duplicates", "Who", "built", "the", "lighthouse?"});
  int shown = 0;
  for (const json& passage : found) {
    const std::string document = passage["source"]["document"];
    if (document == "other.txt") continue;
    ++shown;
    EXPECT_EQ(Others(document),
              json({document == "a.txt" ? "copy.txt" : "a.txt"}));
  }
  EXPECT_EQ(shown, 1) << found;
  EXPECT_EQ(Search({"Who", "built", "the", "lighthouse?"}).size(),
            found.size() + 1);
  const json tea = Search({"--hide-duplicates", "绿茶用多少度的水冲泡？"});
  ASSERT_EQ(tea.size(), 1) << tea;
  EXPECT_EQ(Others(tea[0]["source"]["document"]).size(), 1);

  const json answer =
      json::parse(In({"ask", "Who built the lighthouse?", "--json"}).out);
  const json& sources = answer["citations"][0]["sources"];
  ASSERT_EQ(sources.size(), 1) << answer;
  EXPECT_THAT(In({"ask", "Who built the lighthouse?"}).out,
              HasSubstr("nearly the same as "));
  EXPECT_EQ(In({"verify", answer["id"].get<std::string>()}).exit_code, kExitOk);
}

TEST_F(CollectionCliTest, WhatACallerMayNotReadIsNotListed) {
  Write("a.txt", kLighthouse);
  ASSERT_EQ(Ingest().exit_code, kExitOk);
  Write("a.txt", "");
  Write("secret.txt", std::string(kLighthouse) + "It is still there.");
  ASSERT_EQ(In({"ingest", folder_ + "/secret.txt", "--root", folder_, "--label",
                "staff"})
                .exit_code,
            kExitOk);
  const json open =
      Search({"--hide-duplicates", "Who", "built", "the", "lighthouse?"});
  ASSERT_EQ(open.size(), 1);
  EXPECT_EQ(open[0]["source"]["document"], "a.txt");
  EXPECT_EQ(Others("a.txt").size(), 0);
  const json staff = Search({"--hide-duplicates", "Who", "built", "the",
                             "lighthouse?", "--label", "staff"});
  ASSERT_EQ(staff.size(), 1);
  EXPECT_EQ(Others(staff[0]["source"]["document"]).size(), 1);
}

TEST_F(CollectionCliTest, ADifferentPassageOfANearDuplicateIsShown) {
  // Long enough to be several passages, of which one differs.
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += "In paragraph " + std::to_string(i) +
            " the contract says that the parties keep to what was agreed. ";
    if (i % 10 == 9) text += "\n\n";
  }
  Write("alpha.txt", text + "\n\nThe price for Alpha is ten thousand crowns.");
  Write("beta.txt", text + "\n\nThe price for Beta is ninety thousand crowns.");
  ASSERT_EQ(Ingest().exit_code, kExitOk);
  ASSERT_THAT(In({"duplicates"}).out, HasSubstr("beta.txt"));
  for (const std::string name : {"alpha", "beta"}) {
    const json found = Search(
        {"--hide-duplicates", "What", "is", "the", "price", "for", name});
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0]["source"]["document"], name + ".txt") << found[0];
  }
}

TEST_F(CollectionCliTest, QuotasRetentionAndLegalHold) {
  Write("a.txt", "The first text.");
  Write("b.txt", "The second text.");
  const Finished kept = In({"collection", "--legal-hold", "off", "--expire"});
  EXPECT_EQ(kept.exit_code, kExitOk) << kept.err;
  EXPECT_THAT(kept.out, HasSubstr("0 expired: documents are kept for ever"));
  const Finished set = In({"collection", "--max-documents", "1", "--max-text",
                           "1MB", "--retention", "90d"});
  EXPECT_EQ(set.exit_code, kExitOk) << set.err;
  EXPECT_THAT(set.out,
              AllOf(HasSubstr("documents    0 of at most 1\n"),
                    HasSubstr("text         0 bytes of at most 1.0 MB"),
                    HasSubstr("kept         90 days\n"),
                    HasSubstr("legal hold   off\n")));
  const Finished ingest = Ingest();
  EXPECT_EQ(ingest.exit_code, kExitPartial);
  EXPECT_THAT(ingest.err, HasSubstr("want at most 1"));
  ASSERT_EQ(In({"collection", "--max-documents", "none"}).exit_code, kExitOk);
  EXPECT_EQ(Ingest().exit_code, kExitOk);
  EXPECT_THAT(In({"collection"}).out, HasSubstr("documents    2\n"));
  EXPECT_EQ(In({"collection", "--expire"}).out, "0 expired\n");

  ASSERT_EQ(In({"collection", "--legal-hold", "on"}).exit_code, kExitOk);
  const Finished held = In({"delete", "a.txt"});
  EXPECT_NE(held.exit_code, kExitOk);
  EXPECT_THAT(held.err, HasSubstr("legal hold"));
  EXPECT_NE(In({"collection", "--expire"}).exit_code, kExitOk);
  ASSERT_EQ(In({"collection", "--legal-hold", "off"}).exit_code, kExitOk);
  EXPECT_EQ(In({"delete", "a.txt"}).exit_code, kExitOk);
  const json shown = json::parse(In({"collection", "--json"}).out);
  EXPECT_EQ(shown["documents"], 1) << shown;
  EXPECT_EQ(shown["settings"]["retention_seconds"], 7776000);
}

TEST_F(CollectionCliTest, WrongAmountsAreRefused) {
  for (const auto& bad :
       std::vector<std::vector<std::string>>{{"--max-documents", "0"},
                                             {"--max-documents", "many"},
                                             {"--max-text", "5 parsecs"},
                                             {"--max-text", "99999999999TB"},
                                             {"--retention", "-3d"},
                                             {"--retention", "99999y"},
                                             {"--legal-hold", "maybe"}}) {
    const Finished run = In({"collection", bad[0], bad[1]});
    EXPECT_EQ(run.exit_code, kExitUsage) << bad[0] << " " << bad[1] << run.err;
  }
}

}  // namespace
}  // namespace footnote
