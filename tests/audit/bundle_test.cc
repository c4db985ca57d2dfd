#include "audit/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/erase.h"
#include "audit/export.h"
#include "audit/note.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kText[] = "Größe zählt. Die Brücke wurde 1893 eröffnet.";

class BundleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    a_ = book_.AddVersion("a", kText);
    b_ = book_.AddVersion("b", "Eine ganz andere Sache.");
    for (int i = 0; i < 5; ++i) {
      v1::AppendAnswerRequest request = book_.Answer(
          i == 2 ? b_ : a_,
          i == 2 ? std::vector<std::string>{"Eine ganz andere Sache."}
                 : std::vector<std::string>{"Die Brücke wurde 1893 eröffnet.",
                                            "Größe zählt."});
      request.mutable_record()->set_principal("anna");
      ids_.push_back(book_.Append(request).answer_id());
    }
  }

  std::string Export(const std::vector<std::string>& ids,
                     bool without_sources = false) {
    v1::ExportBundleRequest request;
    for (const std::string& id : ids) request.add_answer_ids(id);
    request.set_without_sources(without_sources);
    std::string data;
    report_.clear();
    EXPECT_EQ(ExportBundle(request, {}, *book_.ledger(), book_.store(),
                           [&](const v1::ExportBundleResponse& piece) {
                             data += piece.data();
                             report_ += piece.report();
                             return true;
                           }),
              absl::OkStatus());
    return data;
  }

  bool Holds(const std::string& data) {
    const auto bundle = ReadBundle(data);
    return bundle.ok() &&
           CheckBundle(*bundle, book_.ledger()->verifier(), {}).good;
  }

  // The status of `program` with `arguments`.
  static int Run(const std::string& program, const std::string& arguments) {
    const int status = system(
        absl::StrCat("/usr/bin/python3 ", program, " ", arguments).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  int PythonSays(const std::string& data) {
    const std::string path = book_.folder() + "/bundle";
    EXPECT_EQ(WriteFileAtomically(path, data), absl::OkStatus());
    return Run("audit/check_bundle.py",
               absl::StrCat(path, " '",
                            VerifierText(book_.ledger()->verifier()), "'"));
  }

  Book book_;
  v1::DocumentVersion a_;
  v1::DocumentVersion b_;
  std::vector<std::string> ids_;
  std::string report_;
};

TEST_F(BundleTest, ABundleHoldsHereAndInPython) {
  const std::string data = Export(ids_);
  const auto bundle = ReadBundle(data);
  ASSERT_EQ(bundle.status(), absl::OkStatus());
  EXPECT_EQ(WriteBundle(*bundle), data);
  EXPECT_EQ(bundle->sources.size(), 2u);
  const CheckedBundle checked =
      CheckBundle(*bundle, book_.ledger()->verifier(), {});
  EXPECT_TRUE(checked.good);
  ASSERT_EQ(checked.answers.size(), 5u);
  EXPECT_EQ(checked.answers[0].record.principal(), "anna");
  EXPECT_EQ(checked.answers[0].quotes.size(), 2u);
  for (const CheckedAnswer::Quote& quote : checked.answers[0].quotes) {
    EXPECT_EQ(quote.verdict, v1::FOUND);
  }
  EXPECT_EQ(PythonSays(data), 0);
  EXPECT_EQ(PythonSays(Export({ids_[2]})), 0);
}

TEST_F(BundleTest, TextsThatAreTooMuchAreRefusedBeforeAnythingIsShown) {
  v1::ExportBundleRequest request;
  for (const std::string& id : ids_) request.add_answer_ids(id);
  size_t shown = 0;
  const auto export_at_most = [&](uint64_t bytes) {
    return ExportBundle(
        request, {}, *book_.ledger(), book_.store(),
        [&](const v1::ExportBundleResponse&) { return ++shown > 0; }, bytes);
  };
  const size_t both = strlen(kText) + strlen("Eine ganz andere Sache.");
  EXPECT_EQ(export_at_most(both), absl::OkStatus());
  shown = 0;
  const absl::Status status = export_at_most(both - 1);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  EXPECT_THAT(std::string(status.message()), HasSubstr("without_sources"));
  EXPECT_EQ(shown, 0u);
  request.set_without_sources(true);
  EXPECT_EQ(export_at_most(0), absl::OkStatus());
}

TEST_F(BundleTest, ATextIsHashedOnceHoweverOftenItIsCited) {
  std::string handbook = kText;
  handbook.resize(16 << 20, '.');
  const v1::DocumentVersion c = book_.AddVersion("c", handbook);
  const auto seconds_to_check = [&](int citations) {
    const std::vector<std::string> quotes(citations, "Größe zählt.");
    const auto bundle =
        ReadBundle(Export({book_.Append(book_.Answer(c, quotes)).answer_id()}));
    EXPECT_EQ(bundle.status(), absl::OkStatus());
    const std::clock_t begin = std::clock();
    EXPECT_TRUE(CheckBundle(*bundle, book_.ledger()->verifier(), {}).good);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  const double one = seconds_to_check(1);
  EXPECT_LT(seconds_to_check(1000), 10 * one);
}

TEST_F(BundleTest, TheKeyMayBeInAFileWhateverItsName) {
  const std::string path = book_.folder() + "/bundle";
  ASSERT_EQ(WriteFileAtomically(path, Export({ids_[0]})), absl::OkStatus());
  const std::string key = VerifierText(book_.ledger()->verifier());
  for (const char* name : {"/log.vkey", "/a+log+of+ours.vkey"}) {
    const std::string file = book_.folder() + name;
    ASSERT_EQ(WriteFileAtomically(file, key + "\n"), absl::OkStatus());
    EXPECT_EQ(Run("audit/check_bundle.py", path + " " + file), 0) << name;
  }
  EXPECT_EQ(Run("audit/check_bundle.py", path + " " + path + ".none"), 4);
}

TEST_F(BundleTest, NoChangedBytePasses) {
  const std::string data = Export({ids_[0], ids_[2]});
  ASSERT_TRUE(Holds(data));
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = data;
    const size_t at = random() % bad.size();
    bad[at] ^= 1 << random() % 8;
    EXPECT_FALSE(Holds(bad)) << "byte " << at << " of " << bad.size();
  }
  for (int i = 0; i < 10; ++i) {
    std::string bad = data;
    const size_t at = random() % bad.size();
    bad[at] ^= 1 << random() % 7;
    EXPECT_EQ(PythonSays(bad), 4) << "byte " << at << " of " << bad.size();
  }
}

// Who forges a bundle knows its format.
TEST_F(BundleTest, NoChangedFieldPasses) {
  const Bundle good = *ReadBundle(Export({ids_[0], ids_[2]}));
  const auto refused = [&](const char* what, const Bundle& bad) {
    EXPECT_FALSE(Holds(WriteBundle(bad))) << what;
    EXPECT_EQ(PythonSays(WriteBundle(bad)), 4) << what;
  };
  Bundle bad = good;
  bad.answers[0].answer_id = good.answers[1].answer_id;
  refused("id", bad);
  bad = good;
  bad.answers[0].proof = good.answers[1].proof;
  refused("proof", bad);
  bad = good;
  bad.answers[0].record = good.answers[1].record;
  refused("record", bad);
  bad = good;
  bad.answers[0].sections[0].text += "x";
  refused("section", bad);
  bad = good;
  bad.answers[0].sections[0].salt[0] ^= 1;
  refused("salt", bad);
  bad = good;
  bad.sources[0].text += ".";
  refused("source", bad);
  bad = good;
  bad.sources[0].version = 9;
  refused("version", bad);
  bad = good;
  bad.sources.push_back({"c", "z", 1, "z"});
  refused("another source", bad);
  bad = good;
  bad.answers.clear();
  bad.sources.clear();
  refused("no answers", bad);
}

// Who hands a bundle on may leave out what can be opened; nothing can tell that
// from an erasure, and the check doesn't say that it was one.
TEST_F(BundleTest, ASectionThatWasLeftOutIsNotCalledErased) {
  const Bundle good = *ReadBundle(Export({ids_[0]}));
  ASSERT_GT(good.answers[0].sections.size(), 1u);
  for (size_t i = 0; i < good.answers[0].sections.size(); ++i) {
    Bundle bad = good;
    bad.answers[0].sections.erase(bad.answers[0].sections.begin() + i);
    const CheckedBundle checked =
        CheckBundle(bad, book_.ledger()->verifier(), {});
    EXPECT_FALSE(checked.answers[0].whole);
    EXPECT_THAT(checked.answers[0].open,
                testing::Contains(HasSubstr("left out by who made it")));
    // By its name or by its number, not by both.
    EXPECT_EQ(testing::Value(checked.answers[0].open,
                             testing::Contains(HasSubstr("sections are"))),
              checked.answers[0].record.erased().empty());
    EXPECT_TRUE(checked.good);
    EXPECT_EQ(PythonSays(WriteBundle(bad)), 0);
    for (const CheckedAnswer::Quote& quote : checked.answers[0].quotes) {
      EXPECT_NE(quote.verdict, v1::SOURCE_ERASED);
    }
    for (const std::string& line : checked.answers[0].open) {
      EXPECT_EQ(line.find("on purpose"), std::string::npos) << line;
    }
  }
}

// A question may hold the bytes of a field; a section that began there would
// give another answer.
TEST_F(BundleTest, ASectionBeginsWhereItsSaltEnds) {
  v1::SealedPart forged;
  forged.set_text("It was sold in 1999.");
  v1::AppendAnswerRequest request = book_.Answer(a_, {"Größe zählt."});
  request.mutable_record()->mutable_answer()->set_question(
      absl::StrCat("How high is it? ", forged.SerializeAsString()));
  request.mutable_record()->clear_request_id();
  Bundle bad = *ReadBundle(Export({book_.Append(request).answer_id()}));
  ASSERT_TRUE(Holds(WriteBundle(bad)));
  Bundle::Section asked;
  for (const Bundle::Section& section : bad.answers[0].sections) {
    if (absl::StrContains(section.text, "1999")) asked = section;
  }
  const size_t at = asked.text.find(forged.SerializeAsString());
  ASSERT_NE(at, std::string::npos);
  asked.salt += asked.text.substr(0, at);
  asked.text.erase(0, at);
  bad.answers[0].sections = {asked};
  bad.sources.clear();
  EXPECT_FALSE(Holds(WriteBundle(bad)));
  EXPECT_EQ(PythonSays(WriteBundle(bad)), 4);
}

// A witness may have signed after the first answers were exported.
TEST_F(BundleTest, ASignatureMoreOnOneProofChangesNothing) {
  Bundle signed_more = *ReadBundle(Export({ids_[0], ids_[2]}));
  signed_more.answers[1].proof += "\u2014 somebody.else AAAAAAAAAAA=\n";
  EXPECT_TRUE(Holds(WriteBundle(signed_more)));
  EXPECT_EQ(PythonSays(WriteBundle(signed_more)), 0);
}

TEST_F(BundleTest, NothingIsThereTwice) {
  const std::string data = Export({ids_[0], ids_[2]});
  Bundle twice = *ReadBundle(data);
  twice.answers.push_back(twice.answers[0]);
  const CheckedBundle checked =
      CheckBundle(twice, book_.ledger()->verifier(), {});
  EXPECT_FALSE(checked.good);
  EXPECT_THAT(checked.wrong, testing::Contains(HasSubstr("twice")));
  EXPECT_EQ(PythonSays(WriteBundle(twice)), 4);

  twice = *ReadBundle(data);
  twice.sources.push_back(twice.sources[0]);
  const CheckedBundle sources =
      CheckBundle(twice, book_.ledger()->verifier(), {});
  EXPECT_THAT(sources.wrong, testing::ElementsAre("source a@1 is there twice"));
  EXPECT_EQ(PythonSays(WriteBundle(twice)), 4);

  // Some programs read the first of two fields, some the last.
  const Bundle other = *ReadBundle(Export({ids_[1]}));
  const nlohmann::ordered_json forged =
      nlohmann::ordered_json::parse(WriteBundle(other));
  for (const char* field : {"public_key", "answers", "sources"}) {
    const std::string bad = absl::StrCat(
        "{\"", field, "\":", forged[field].dump(), ",", data.substr(1));
    EXPECT_THAT(std::string(ReadBundle(bad).status().message()),
                HasSubstr("each field once"));
    EXPECT_EQ(PythonSays(bad), 4) << field;
  }
}

TEST_F(BundleTest, BothChecksWantTheFormatToTheLetter) {
  const nlohmann::ordered_json good =
      nlohmann::ordered_json::parse(Export({ids_[0]}));
  const auto refused = [&](const nlohmann::ordered_json& bad) {
    EXPECT_FALSE(Holds(bad.dump())) << bad.dump();
    EXPECT_EQ(PythonSays(bad.dump()), 4) << bad.dump();
  };
  for (const char* place :
       {"", "/answers/0", "/answers/0/sections/0", "/sources/0"}) {
    nlohmann::ordered_json bad = good;
    bad[nlohmann::ordered_json::json_pointer(place)]["text_of_mine"] = "x";
    refused(bad);
  }
  for (const char* place :
       {"/answers/0/sections/1/number", "/sources/0/version"}) {
    for (const nlohmann::ordered_json& one :
         {nlohmann::ordered_json(true), nlohmann::ordered_json(1.0)}) {
      nlohmann::ordered_json bad = good;
      bad[nlohmann::ordered_json::json_pointer(place)] = one;
      refused(bad);
    }
  }
  for (const char* digits : {"+0", "00", "0 ", "0_0"}) {
    nlohmann::ordered_json bad = good;
    std::string proof = bad["answers"][0]["proof"];
    const size_t at = proof.find("index ") + 6;
    proof.replace(at, proof.find('\n', at) - at, digits);
    bad["answers"][0]["proof"] = proof;
    refused(bad);
  }
  nlohmann::ordered_json extra = good;
  std::string proof = extra["answers"][0]["proof"];
  proof.insert(proof.find("index "), "extra eA==\n");
  extra["answers"][0]["proof"] = proof;
  refused(extra);
  const std::string plain = good.dump();
  for (const std::string& bad :
       {"\xef\xbb\xbf" + plain, plain + '\0',
        plain + std::string("\0{\"answers\":[]}", 15),
        absl::StrReplaceAll(plain, {{"\"number\":0", "\"number\":-0"}})}) {
    EXPECT_NE(bad, plain);
    EXPECT_FALSE(Holds(bad)) << bad;
    EXPECT_EQ(PythonSays(bad), 4) << bad;
  }
  for (const char* last :
       {"", "\n\n", "\nA line without a dash\n", "\n\xe2\x80\x94 other A\n"}) {
    nlohmann::ordered_json bad = good;
    std::string cut = bad["answers"][0]["proof"];
    cut.pop_back();
    bad["answers"][0]["proof"] = cut + last;
    refused(bad);
  }
}

// A record that can't be read is not proved by another checkpoint.
TEST_F(BundleTest, OneFaultIsToldOnce) {
  Bundle bad = *ReadBundle(Export({ids_[0], ids_[2]}));
  bad.answers[1].record += '\0';
  const CheckedBundle checked =
      CheckBundle(bad, book_.ledger()->verifier(), {});
  EXPECT_FALSE(checked.good);
  EXPECT_THAT(checked.wrong, testing::IsEmpty());
  EXPECT_EQ(checked.answers[1].wrong.size(), 1u);
}

// What someone without the log's key can make of bundles that he has.
TEST_F(BundleTest, NoForgeryPasses) {
  const std::string before = Export({ids_[0], ids_[2]});
  const Bundle old = *ReadBundle(before);
  v1::AppendAnswerRequest more = book_.Answer(a_, {"Größe zählt."});
  book_.Append(more);
  const std::string data = Export({ids_[0], ids_[2]});
  const Bundle good = *ReadBundle(data);
  const auto refused = [&](const std::string& what, const std::string& bad) {
    EXPECT_FALSE(Holds(bad)) << what;
    EXPECT_EQ(PythonSays(bad), 4) << what;
  };
  // Another order says the same.
  Bundle bad = good;
  std::swap(bad.answers[0], bad.answers[1]);
  std::swap(bad.sources[0], bad.sources[1]);
  EXPECT_TRUE(Holds(WriteBundle(bad)));

  // A tree head of before, for one of two.
  bad = good;
  bad.answers[1].proof = old.answers[1].proof;
  refused("two tree heads", WriteBundle(bad));
  // The newer head over the older proof, and the other way round.
  for (const bool newer : {true, false}) {
    bad = newer ? old : good;
    const std::string& head =
        newer ? good.answers[0].proof : old.answers[0].proof;
    for (Bundle::Answer& answer : bad.answers) {
      const std::string own = answer.proof.substr(0, answer.proof.find("\n\n"));
      answer.proof = own + head.substr(head.find("\n\n"));
    }
    refused("another tree head", WriteBundle(bad));
  }
  // A log of one's own, under the name of this one.
  Book other;
  const std::string key = VerifierText(other.ledger()->verifier());
  bad = good;
  bad.public_key = key;
  refused("another key", WriteBundle(bad));
  for (Bundle::Answer& answer : bad.answers) {
    const absl::StatusOr<LogProof> proof = ParseLogProof(answer.proof);
    ASSERT_TRUE(proof.ok());
    Note note = *ParseNote(proof->checkpoint);
    note.signatures = {SignNote(note.text, book_.ledger()->verifier().name,
                                other.ledger()->keyring()->signing_key())};
    LogProof forged = *proof;
    forged.checkpoint = NoteText(note);
    answer.proof = LogProofText(forged);
  }
  bad.public_key = good.public_key;
  refused("another key's signature", WriteBundle(bad));

  // A word of the body: the title, the place, the hash of the version.
  for (size_t at = 44; at < good.answers[0].record.size(); at += 7) {
    bad = good;
    bad.answers[0].record[at] ^= 0x20;
    EXPECT_FALSE(Holds(WriteBundle(bad))) << "record byte " << at;
  }
  // A source that was changed together with nothing else, or swapped.
  bad = good;
  std::swap(bad.sources[0].text, bad.sources[1].text);
  refused("swapped texts", WriteBundle(bad));
  bad = good;
  bad.sources[0].text.resize(bad.sources[0].text.size() / 2);
  refused("half a text", WriteBundle(bad));
  bad = good;
  std::swap(bad.answers[0].sections, bad.answers[1].sections);
  refused("another answer's sections", WriteBundle(bad));

  // Cut anywhere, and lengths beyond all bounds.
  for (size_t size = 0; size < data.size(); size += 1 + data.size() / 97) {
    EXPECT_FALSE(Holds(data.substr(0, size))) << size;
  }
  for (const char* number :
       {"4294967296", "18446744073709551616", "-1", "1e9", "4294967295"}) {
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(data);
    json["answers"][0]["sections"][0]["number"] = "NUMBER";
    std::string text = json.dump();
    text.replace(text.find("\"NUMBER\""), 8, number);
    refused(number, text);
  }
  for (size_t at : {6, 7, 40, 41, 42, 43}) {
    bad = good;
    bad.answers[0].record[at] = '\xFF';
    refused(absl::StrCat("length at ", at), WriteBundle(bad));
  }
  EXPECT_FALSE(Holds(std::string(1 << 20, '[')));
  bad = good;
  bad.answers[0].proof.insert(bad.answers[0].proof.find("\n\n"),
                              "\n" + std::string(43, 'A') + "=");
  refused("a longer proof", WriteBundle(bad));
}

TEST_F(BundleTest, AnotherLogsKeyIsNotTrusted) {
  Book other;
  const Bundle bundle = *ReadBundle(Export(ids_));
  const CheckedBundle checked =
      CheckBundle(bundle, other.ledger()->verifier(), {});
  EXPECT_FALSE(checked.good);
  EXPECT_THAT(checked.wrong[0], HasSubstr("public key"));
}

TEST_F(BundleTest, AMissingWitnessShows) {
  const Verifier witness = {"w", Verifier::kWitness, std::string(32, 'x')};
  EXPECT_FALSE(CheckBundle(*ReadBundle(Export(ids_)),
                           book_.ledger()->verifier(), {witness})
                   .good);
}

TEST_F(BundleTest, SaysWhatItCannotSay) {
  const std::string data = Export({ids_[0]}, /*without_sources=*/true);
  EXPECT_TRUE(Holds(data));
  EXPECT_EQ(PythonSays(data), 0);
  const CheckedBundle checked =
      CheckBundle(*ReadBundle(data), book_.ledger()->verifier(), {});
  EXPECT_EQ(checked.answers[0].quotes[0].verdict, v1::VERDICT_UNSPECIFIED);
  EXPECT_EQ(checked.answers[0].open.size(), 2u);
}

TEST_F(BundleTest, AnErasedPersonIsProvedWithoutASection) {
  v1::EraseSubjectRequest erase;
  erase.set_principal("anna");
  ASSERT_EQ(EraseSubject(erase, {}, book_.ledger()).status(), absl::OkStatus());
  const std::string data = Export({ids_[0]});
  EXPECT_EQ(data.find("anna"), std::string::npos);
  const CheckedBundle checked =
      CheckBundle(*ReadBundle(data), book_.ledger()->verifier(), {});
  EXPECT_TRUE(checked.good);
  EXPECT_TRUE(checked.answers[0].in_log);
  EXPECT_FALSE(checked.answers[0].whole);
  EXPECT_EQ(PythonSays(data), 0);
}

TEST_F(BundleTest, AnAnswerThatIsAskedForTwiceIsThereOnce) {
  const std::string data = Export({ids_[1], ids_[0], ids_[1]});
  EXPECT_EQ(ReadBundle(data)->answers.size(), 2u);
  EXPECT_TRUE(Holds(data));
  EXPECT_EQ(PythonSays(data), 0);
}

TEST_F(BundleTest, RefusesWhatIsNoBundle) {
  for (const char* text :
       {"", "{}", "[]", "null", "{\"format\":\"footnote-bundle/1\"}"}) {
    EXPECT_FALSE(ReadBundle(text).ok()) << text;
  }
  const std::string data = Export({ids_[0]});
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(data);
  json["more"] = 1;
  EXPECT_FALSE(ReadBundle(json.dump()).ok());
  json.erase("more");
  json["format"] = "footnote-bundle/2";
  EXPECT_THAT(std::string(ReadBundle(json.dump()).status().message()),
              HasSubstr("footnote-bundle/1"));
}

TEST_F(BundleTest, ThePageShowsTextAsText) {
  v1::AppendAnswerRequest request =
      book_.Answer(a_, {"Die Brücke wurde 1893 eröffnet."});
  request.mutable_record()->mutable_answer()->set_question(
      "<script>alert(1)</script>");
  Export({book_.Append(request).answer_id()});
  EXPECT_THAT(report_, HasSubstr("&lt;script&gt;"));
  EXPECT_EQ(report_.find("<script"), std::string::npos);
  EXPECT_THAT(report_, HasSubstr("1893 eröffnet.<sup>1</sup>"));
  EXPECT_THAT(report_, HasSubstr("In the log"));
}

TEST_F(BundleTest, AnotherImplementationReadsTheLog) {
  for (int i = 0; i < 300; ++i) {
    v1::AuditEvent event;
    event.set_kind(v1::AuditEvent::ACCESS);
    ASSERT_EQ(book_.ledger()->AppendEvent(event).status(), absl::OkStatus());
  }
  ASSERT_EQ(book_.ledger()->Publish(/*sync=*/false), absl::OkStatus());
  const std::string path = book_.folder() + "/bundle";
  ASSERT_EQ(WriteFileAtomically(path, Export(ids_)), absl::OkStatus());
  const int status = Run("tests/audit/second_check.py",
                         absl::StrCat(book_.folder(), "/audit/log ", path));
  if (status == 77) GTEST_SKIP() << "aics-tlog is not installed";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace footnote
