#include "generator/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "generator/citation/verify.h"
#include "generator/extractive/extractive_writer.h"
#include "tests/generator/documents_23.h"
#include "tests/model/encoder/one_word_encoder.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

bool Never() { return false; }

class GenerateTest : public ::testing::Test {
 protected:
  GenerateTest() {
    writers_.push_back(std::make_unique<ExtractiveWriter>(nullptr));
  }

  v1::Draft MustGenerate(const v1::GenerateRequest& request) {
    absl::StatusOr<v1::Draft> draft = Generate(request, writers_, Never);
    EXPECT_EQ(draft.status(), absl::OkStatus());
    return draft.ok() ? *draft : v1::Draft();
  }

  Writers writers_;
};

// What the contract promises of every citation, checked without the code that
// makes it: the canonical text is `before` and then the passage.
void ExpectProved(const v1::Draft& draft, const v1::GenerateRequest& request,
                  const std::vector<std::string>& canonical,
                  const std::string& name) {
  ASSERT_EQ(draft.text().empty(), draft.citations().empty()) << name;
  ASSERT_EQ(draft.text().empty(),
            draft.abstention() != v1::ABSTENTION_REASON_UNSPECIFIED)
      << name;
  for (const v1::Citation& citation : draft.citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND) << name;
    const v1::Span& answer = citation.answer_span();
    ASSERT_LE(answer.end(), draft.text().size());
    ASSERT_GT(citation.sources_size(), 0);
    EXPECT_EQ(
        draft.text().substr(answer.begin(), answer.end() - answer.begin()),
        citation.sources(0).quote())
        << name;
    EXPECT_EQ(ByteOffset(draft.text(), answer.begin_code_point()),
              answer.begin());
    EXPECT_EQ(ByteOffset(draft.text(), answer.end_code_point()), answer.end());
    for (const v1::SourceSpan& source : citation.sources()) {
      int index = -1;
      for (int i = 0; i < request.passages_size(); ++i) {
        if (request.passages(i).source().document() ==
            source.source().document()) {
          index = i;
        }
      }
      ASSERT_GE(index, 0) << name;
      const std::string& text = canonical[index];
      const v1::Span& span = source.span();
      ASSERT_LE(span.end(), text.size()) << name;
      EXPECT_EQ(text.substr(span.begin(), span.end() - span.begin()),
                source.quote())
          << name;
      EXPECT_EQ(ByteOffset(text, span.begin_code_point()), span.begin())
          << name;
      EXPECT_EQ(ByteOffset(text, span.end_code_point()), span.end()) << name;
      EXPECT_EQ(source.quote_sha256(), Sha256(source.quote())) << name;
      EXPECT_TRUE(IsValidUtf8(source.quote())) << name;
    }
  }
}

TEST_F(GenerateTest, AnswersFromTheRightSentenceInEveryLanguage) {
  for (const Document23& document : Documents23()) {
    v1::GenerateRequest request;
    request.set_question(document.question);
    *request.add_passages() =
        MakePassage("doc", document.text, document.language);
    const v1::Draft draft = MustGenerate(request);
    EXPECT_THAT(draft.text(), HasSubstr(document.answer))
        << document.language << ": " << draft.abstention_detail();
    ExpectProved(draft, request, {document.text}, document.language);
  }
}

TEST_F(GenerateTest, QuotesOfATableTheRowsThatAreAskedFor) {
  v1::GenerateRequest request;
  *request.add_passages() =
      MakePassage("stock.csv",
                  "Article: Hammer | Shelf: B2 | Count: 14\n"
                  "Article: Ladder | Shelf: C1 | Count: 3\n"
                  "Article: Saw | Shelf: B2 | Count: 7\n",
                  "en");
  request.set_question("How many hammers are in shelf B2?");
  EXPECT_EQ(MustGenerate(request).text(),
            "Article: Hammer | Shelf: B2 | Count: 14");
  request.set_question("Which articles are in shelf B2?");
  EXPECT_EQ(MustGenerate(request).text(),
            "Article: Hammer | Shelf: B2 | Count: 14\n"
            "Article: Saw | Shelf: B2 | Count: 7");
}

TEST_F(GenerateTest, AnswersFromTheLineThatTheQuestionNames) {
  v1::GenerateRequest request;
  *request.add_passages() =
      MakePassage("tickets.jsonl#T-1047",
                  "The washing machine of the first floor leaks oil.", "en");
  *request.add_passages() =
      MakePassage("tickets.jsonl#T-1042",
                  "The coffee machine of the third floor leaks water.", "en");
  request.mutable_passages(0)->add_heading_path("T-1047");
  request.mutable_passages(1)->add_heading_path("T-1042");
  request.set_question("Which machine leaks in ticket T-1042?");
  EXPECT_EQ(MustGenerate(request).text(),
            "The coffee machine of the third floor leaks water.");
  request.set_question("Which machine leaks in ticket T-1099?");
  EXPECT_EQ(MustGenerate(request).text(), "");
}

TEST_F(GenerateTest, AnswersBothOfTwoQuestions) {
  v1::GenerateRequest request;
  *request.add_passages() =
      MakePassage("lease",
                  "The lease begins on 1 April 2024. The notice is three "
                  "months.",
                  "en");
  *request.add_passages() = MakePassage(
      "names", "The landlord is Helga Brandt. The tenant is Tobias Krueger.",
      "en");
  request.set_question("When does the lease begin and who is the landlord?");
  const v1::Draft both = MustGenerate(request);
  EXPECT_THAT(both.text(), HasSubstr("1 April 2024"));
  EXPECT_THAT(both.text(), HasSubstr("Helga Brandt"));
  ExpectProved(both, request,
               {request.passages(0).text(), request.passages(1).text()},
               "both");

  request.set_max_sentences(1);
  EXPECT_EQ(MustGenerate(request).citations_size(), 1);
}

TEST_F(GenerateTest, FindsTheDocumentAmongTwentyThreeLanguages) {
  for (const Document23& document : Documents23()) {
    v1::GenerateRequest request;
    request.set_question(document.question);
    std::vector<std::string> canonical;
    int rank = 1;
    *request.add_passages() =
        MakePassage(document.language, document.text, document.language);
    canonical.push_back(document.text);
    for (const Document23& other : Documents23()) {
      if (other.language == document.language) continue;
      *request.add_passages() =
          MakePassage(other.language, other.text, other.language, ++rank);
      canonical.push_back(other.text);
    }
    const v1::Draft draft = MustGenerate(request);
    ASSERT_GT(draft.citations_size(), 0) << document.language;
    ExpectProved(draft, request, canonical, document.language);
  }
}

// Random texts of random scripts, with everything that may be mistaken:
// combining marks, joiners, line ends, quotes, numbers, emoji.
class TextMaker {
 public:
  explicit TextMaker(uint32_t seed) : random_(seed) {}

  std::string Text(const std::string& alphabet_text, int sentences) {
    const std::vector<std::string> words = WordsOf(alphabet_text);
    static const char* const kEnds[] = {". ", "! ", "? ",    "。", "\n",
                                        "؟ ", "। ", ".\n\n", "… ", ".» "};
    static const char* const kOdd[] = {"e\u0301",      "👩‍👩‍👧",
                                       "1,024",        "١٩٢٣",
                                       "\u200f",       "𝔘",
                                       "U.S.A.",       "3.14",
                                       "(z.\u00a0B.)", "x\u00ad"};
    std::string text;
    for (int s = 0; s < sentences; ++s) {
      const int count = 1 + Below(12);
      for (int w = 0; w < count; ++w) {
        if (w > 0) text += ' ';
        text += Below(9) == 0 ? kOdd[Below(10)] : words[Below(words.size())];
      }
      text += kEnds[Below(10)];
    }
    return text;
  }

  std::string Question(const std::string& text) {
    const std::vector<std::string> words = WordsOf(text);
    std::string question;
    for (int w = 0; w < 4; ++w) question += words[Below(words.size())] + " ";
    return question + "?";
  }

  uint32_t Below(uint32_t limit) { return random_() % limit; }

 private:
  static std::vector<std::string> WordsOf(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
      if (c == ' ' || c == '\n') {
        words.emplace_back();
      } else {
        words.back() += c;
      }
    }
    return words;
  }

  std::mt19937 random_;
};

TEST_F(GenerateTest, EveryCitationIsTheBytesItNamesWhateverTheText) {
  uint32_t seed = 1;
  int answered = 0;
  for (const Document23& document : Documents23()) {
    for (int round = 0; round < 40; ++round) {
      TextMaker make(++seed);
      v1::GenerateRequest request;
      std::vector<std::string> canonical;
      for (int p = 0; p < 4; ++p) {
        const std::string before = make.Text(document.text, make.Below(3));
        const std::string text =
            p == 3 && round % 5 == 0
                ? std::string(request.passages(0).text())  // a duplicate
                : make.Text(document.text, 1 + make.Below(8));
        canonical.push_back(before + text);
        *request.add_passages() =
            MakePassage("doc" + std::to_string(p), text, document.language,
                        p + 1, before.size(), CountCodePoints(before));
      }
      request.set_question(make.Question(canonical[make.Below(4)]));
      request.set_max_sentences(make.Below(5));
      request.set_max_code_points(make.Below(3) * 200);
      const v1::Draft draft = MustGenerate(request);
      answered += draft.text().empty() ? 0 : 1;
      ExpectProved(
          draft, request, canonical,
          std::string(document.language) + " seed " + std::to_string(seed));
      if (HasFatalFailure()) return;
    }
  }
  // The property must not hold because nothing was answered.
  EXPECT_GT(answered, 23 * 40 / 2);
}

TEST_F(GenerateTest, GivesTheSameBytesTwice) {
  const Document23& document = Documents23()[4];
  v1::GenerateRequest request;
  request.set_question(document.question);
  *request.add_passages() = MakePassage("a", document.text, "en");
  *request.add_passages() = MakePassage("b", document.text, "en", 2);
  EXPECT_EQ(MustGenerate(request).SerializeAsString(),
            MustGenerate(request).SerializeAsString());
}

TEST_F(GenerateTest, CitesEveryDocumentThatSaysTheSame) {
  const Document23& document = Documents23()[4];
  v1::GenerateRequest request;
  request.set_question(document.question);
  *request.add_passages() = MakePassage("a", document.text, "en");
  *request.add_passages() = MakePassage("b", document.text, "en", 2);
  const v1::Draft draft = MustGenerate(request);
  ASSERT_GT(draft.citations_size(), 0);
  EXPECT_EQ(draft.citations(0).sources_size(), 2);
  EXPECT_EQ(draft.citations(0).sources(1).source().document(), "b");
}

TEST_F(GenerateTest, AbstainsWithoutPassages) {
  v1::GenerateRequest request;
  request.set_question("When was the library opened?");
  const v1::Draft draft = MustGenerate(request);
  EXPECT_EQ(draft.abstention(), v1::NO_EVIDENCE);
  EXPECT_EQ(draft.text(), "");
  EXPECT_NE(draft.abstention_detail(), "");
}

TEST_F(GenerateTest, AbstainsOnStopWordsAlone) {
  v1::GenerateRequest request;
  request.set_question("what is the?");
  *request.add_passages() = MakePassage("a", Documents23()[4].text, "en");
  EXPECT_EQ(MustGenerate(request).abstention(), v1::EMPTY_QUESTION);
}

TEST_F(GenerateTest, AbstainsWhenPassagesOnlySpeakAboutIt) {
  v1::GenerateRequest request;
  request.set_question(
      "Which enzyme did Zbigniew Kowalczyk crystallise in Reykjavik in 1977?");
  *request.add_passages() = MakePassage(
      "a", "The weather in Reykjavik was mild. Nobody came. It rained later.",
      "en");
  const v1::Draft draft = MustGenerate(request);
  EXPECT_EQ(draft.abstention(), v1::NOT_SUPPORTED) << draft.text();
  EXPECT_EQ(draft.abstention_detail(),
            "the one passage that was found does not speak of “enzyme”, "
            "“Zbigniew”, “Kowalczyk” …");
}

TEST_F(GenerateTest, AbstainsWhenNoWordIsShared) {
  v1::GenerateRequest request;
  request.set_question("Which enzyme crystallises?");
  *request.add_passages() =
      MakePassage("a", "The weather was mild. It rained later.", "en");
  EXPECT_EQ(MustGenerate(request).abstention(), v1::NO_EVIDENCE);
}

TEST_F(GenerateTest, AnswersALanguageOutsideTheTwentyThree) {
  const std::string text =
      "Biblioteket ligger mitt i staden. Biblioteket öppnades 1923 efter "
      "långa arbeten.";
  v1::GenerateRequest request;
  request.set_question("När öppnades biblioteket?");
  *request.add_passages() = MakePassage("sv", text, "und");
  const v1::Draft draft = MustGenerate(request);
  EXPECT_THAT(draft.text(), HasSubstr("1923"));
  ExpectProved(draft, request, {text}, "sv");
}

TEST_F(GenerateTest, AnswersAQuestionOfAHundredThousandBytes) {
  const Document23& document = Documents23()[4];
  std::string question = document.question;
  while (question.size() < 99990) question += " library";
  v1::GenerateRequest request;
  request.set_question(question);
  *request.add_passages() = MakePassage("a", document.text, "en");
  ExpectProved(MustGenerate(request), request, {document.text}, "long");
}

// A question of a reader of German about an English passage.
v1::GenerateRequest AskedInGerman() {
  v1::GenerateRequest request;
  request.set_question("Wer hat die B\u00e4ckerei gegr\u00fcndet?");
  request.set_language("de");
  *request.add_passages() = MakePassage(
      "a",
      "Bread is baked at four in the morning. The bakery was founded by Anna "
      "Kern in 1902.",
      "en");
  return request;
}

TEST_F(GenerateTest, AcrossLanguagesASecondEncoderFindsTheSentence) {
  EXPECT_NE(MustGenerate(AskedInGerman()).abstention(),
            v1::ABSTENTION_REASON_UNSPECIFIED);
  LazyE5 hears(HearsOnly("founded"));
  writers_.clear();
  writers_.push_back(std::make_unique<ExtractiveWriter>(nullptr, &hears));
  v1::GenerateRequest request = AskedInGerman();
  request.set_max_sentences(1);
  const v1::Draft draft = MustGenerate(request);
  EXPECT_EQ(draft.text(), "The bakery was founded by Anna Kern in 1902.");
  EXPECT_EQ(draft.writer(), "extractive/12");
  EXPECT_EQ(draft.second_encoder(), "one word/float32");
  EXPECT_EQ(draft.second_encoder_sha256(), std::string(32, '\xbb'));
  EXPECT_GT(draft.support(), .9);
}

TEST_F(GenerateTest, AcrossLanguagesItAbstainsWhereTheSecondHearsNothingNear) {
  LazyE5 hears(HearsOnly("lighthouse"));
  writers_.clear();
  writers_.push_back(std::make_unique<ExtractiveWriter>(nullptr, &hears));
  const v1::Draft draft = MustGenerate(AskedInGerman());
  EXPECT_EQ(draft.abstention(), v1::NOT_SUPPORTED);
  EXPECT_EQ(draft.text(), "");
  EXPECT_EQ(draft.second_encoder(), "one word/float32");
}

TEST_F(GenerateTest, AtHomeASecondEncoderIsNotAskedUnlessAlways) {
  v1::GenerateRequest request;
  request.set_question("When was the lighthouse tower finished?");
  request.set_language("en");
  *request.add_passages() = MakePassage(
      "a", "The lighthouse tower was finished in 1759. A diary is kept.", "en");
  const v1::Draft before = MustGenerate(request);
  LazyE5 hears(HearsOnly("diary"));
  writers_.clear();
  writers_.push_back(std::make_unique<ExtractiveWriter>(nullptr, &hears));
  EXPECT_EQ(MustGenerate(request).SerializeAsString(),
            before.SerializeAsString());
}

TEST_F(GenerateTest, WordsInCommonSayThatAQuestionIsNotAcrossLanguages) {
  v1::GenerateRequest request;
  request.set_question("When was the lighthouse tower finished?");
  request.set_language("de");  // taken for it
  *request.add_passages() = MakePassage(
      "a", "The lighthouse tower was finished in 1759. A diary is kept.", "en");
  const v1::Draft before = MustGenerate(request);
  EXPECT_NE(before.text(), "");
  LazyE5 hears(HearsOnly("diary"));
  writers_.clear();
  writers_.push_back(std::make_unique<ExtractiveWriter>(nullptr, &hears));
  EXPECT_EQ(MustGenerate(request).SerializeAsString(),
            before.SerializeAsString());
}

TEST_F(GenerateTest, KeepsToTheNumberOfSentences) {
  const Document23& document = Documents23()[4];
  v1::GenerateRequest request;
  request.set_question("library building people head");
  request.set_max_sentences(1);
  *request.add_passages() = MakePassage("a", document.text, "en");
  EXPECT_LE(MustGenerate(request).citations_size(), 1);
}

TEST_F(GenerateTest, RefusesAnUnknownWriter) {
  v1::GenerateRequest request;
  request.set_question("when?");
  request.set_writer("oracle/9");
  const absl::Status status = Generate(request, writers_, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(status), "WRITER_NOT_FOUND");
  EXPECT_THAT(std::string(status.message()),
              StartsWith("writer \"oracle/9\": there is none of that name, "
                         "want extractive/12; of language models there is "
                         "none"));
}

TEST_F(GenerateTest, SaysWhichWritersAndModelsThereAre) {
  OtherWriters others;
  others.find = [](absl::string_view) -> absl::StatusOr<const Writer*> {
    return absl::NotFoundError("what the shelf says");
  };
  others.names = [] {
    return std::vector<std::string>{"gull-1b", "gull-7b", "heron"};
  };
  v1::GenerateRequest request;
  request.set_question("when?");
  request.set_writer("nobody");
  const absl::Status none = Generate(request, writers_, Never, others).status();
  EXPECT_EQ(none.message(),
            "writer \"nobody\": there is none of that name, want one of "
            "extractive/12, gull-1b, gull-7b, heron");
  EXPECT_EQ(ErrorReason(none), "WRITER_NOT_FOUND");
  request.set_writer("gull");
  EXPECT_EQ(Generate(request, writers_, Never, others).status().message(),
            "writer \"gull\": several begin so, want one of gull-1b, gull-7b");
}

TEST_F(GenerateTest, RefusesNumbersThatAreNone) {
  v1::GenerateRequest sound;
  sound.set_question("When was the library opened?");
  *sound.add_passages() = MakePassage("a", Documents23()[4].text, "en");
  sound.add_vector(1);
  MustGenerate(sound);
  const auto refuses = [&](const v1::GenerateRequest& request) {
    const absl::Status status = Generate(request, writers_, Never).status();
    return absl::IsInvalidArgument(status) &&
           ErrorReason(status) == "INVALID_REQUEST";
  };
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    v1::GenerateRequest vector = sound;
    vector.set_vector(0, bad);
    EXPECT_TRUE(refuses(vector)) << bad;
    v1::GenerateRequest score = sound;
    score.mutable_passages(0)->mutable_score()->set_total(bad);
    EXPECT_TRUE(refuses(score)) << bad;
  }
}

TEST_F(GenerateTest, StopsWhenTheCallerIsGone) {
  v1::GenerateRequest request;
  request.set_question("When was the library opened?");
  *request.add_passages() = MakePassage("a", Documents23()[4].text, "en");
  EXPECT_EQ(Generate(request, writers_, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
}

// A writer that makes things up, to see that nothing of it gets through.
class Liar : public Writer {
 public:
  absl::string_view name() const override { return "liar/1"; }
  bool is_deterministic() const override { return false; }
  absl::StatusOr<v1::Draft> Write(const v1::GenerateRequest& request,
                                  const std::function<bool()>&) const override {
    v1::Draft draft;
    draft.set_text("The moon is made of cheese.");
    v1::Citation* citation = draft.add_citations();
    citation->mutable_answer_span()->set_end(draft.text().size());
    citation->mutable_answer_span()->set_end_code_point(draft.text().size());
    v1::SourceSpan* source = citation->add_sources();
    *source->mutable_source() = request.passages(0).source();
    source->mutable_span()->set_end(draft.text().size());
    source->mutable_span()->set_end_code_point(draft.text().size());
    source->set_quote(draft.text());
    source->set_quote_sha256(Sha256(draft.text()));
    return draft;
  }
};

TEST_F(GenerateTest, LetsNoLieThrough) {
  writers_.push_back(std::make_unique<Liar>());
  v1::GenerateRequest request;
  request.set_question("What is the moon made of?");
  request.set_writer("liar/1");
  *request.add_passages() = MakePassage("a", Documents23()[4].text, "en");
  const v1::Draft draft = MustGenerate(request);
  EXPECT_EQ(draft.text(), "");
  EXPECT_EQ(draft.abstention(), v1::NOT_SUPPORTED);
}

}  // namespace
}  // namespace footnote
