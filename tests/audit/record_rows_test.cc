#include "audit/record_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {
namespace {

using Row = std::tuple<LedgerTable, std::string, std::string>;

RecordOutline Outline(RecordKind kind, const std::string& body) {
  RecordOutline outline;
  outline.head.kind = kind;
  outline.head.sequence = 7;
  outline.head.time_us = 1234567;
  outline.head.nonce = "0123456789abcdef";
  outline.body = body;
  outline.first_key = 3;
  return outline;
}

std::vector<Row> RowsOf(RecordKind kind, const std::string& body) {
  std::vector<Row> rows;
  RecordRows maker;
  EXPECT_EQ(maker.Of(Outline(kind, body),
                     [&](LedgerTable table, absl::string_view key,
                         absl::string_view value) {
                       rows.emplace_back(table, std::string(key),
                                         std::string(value));
                     }),
            absl::OkStatus());
  return rows;
}

v1::SourceSpan* AddSource(v1::Citation* citation, const std::string& document,
                          uint32_t version, uint64_t begin) {
  v1::SourceSpan* const source = citation->add_sources();
  source->mutable_source()->set_collection("c");
  source->mutable_source()->set_document(document);
  source->mutable_source()->set_version(version);
  source->mutable_source()->set_sha256(std::string(32, '\x80'));
  source->mutable_span()->set_begin(begin);
  source->mutable_span()->set_end(begin + 300);
  source->mutable_span()->set_begin_code_point(begin / 2);
  source->mutable_span()->set_end_code_point(begin / 2 + 290);
  source->set_language("en");
  return source;
}

TEST(RecordRowsTest, AnAnswerHasARowForEachVersionThatItCites) {
  v1::AnswerRecord record;
  record.set_tenant("north");
  v1::Answer& answer = *record.mutable_answer();
  answer.set_collection("c");
  AddSource(answer.add_citations(), "b", 2, 500);
  AddSource(answer.add_citations(), "a", 1, 40);
  AddSource(answer.add_citations(), "b", 2, 100);
  AddSource(answer.add_citations(), "b", 1, 0);
  const std::vector<Row> rows =
      RowsOf(RecordKind::kAnswer, record.SerializeAsString());
  std::set<std::string> keys;
  for (const Row& row : rows) {
    if (std::get<0>(row) != kLedgerCiting) continue;
    keys.insert(std::get<1>(row));
    const auto value = DecodeCiting(std::get<2>(row));
    ASSERT_EQ(value.status(), absl::OkStatus());
    EXPECT_EQ(value->time_us, 1234567);
    EXPECT_EQ(value->id_bytes, "0123456789");
    EXPECT_EQ(value->tenant, "north");
    if (std::get<1>(row) != CitingPrefix("c", "b", 2) + SequenceKey(7)) {
      EXPECT_EQ(value->spans.size(), 1u);
      continue;
    }
    // In the order of the answer.
    ASSERT_EQ(value->spans.size(), 2u);
    EXPECT_EQ(value->spans[0].begin(), 500u);
    EXPECT_EQ(value->spans[0].end(), 800u);
    EXPECT_EQ(value->spans[1].begin_code_point(), 50u);
    EXPECT_EQ(value->spans[1].end_code_point(), 340u);
  }
  const std::string sequence = SequenceKey(7);
  EXPECT_EQ(keys,
            (std::set<std::string>{CitingPrefix("c", "a", 1) + sequence,
                                   CitingPrefix("c", "b", 1) + sequence,
                                   CitingPrefix("c", "b", 2) + sequence}));
  EXPECT_THAT(
      rows, testing::Contains(
                Row(kLedgerCollections, CollectionPrefix("c") + sequence, "")));
  EXPECT_THAT(rows, testing::Contains(
                        Row(kLedgerSubjects, SubjectPrefix(3) + sequence, "")));
  EXPECT_EQ(rows.size(), 5u);
}

TEST(RecordRowsTest, AnEventHasARowAndAnAccessHasNone) {
  EXPECT_THAT(RowsOf(RecordKind::kEvent, "no AnswerRecord"),
              testing::UnorderedElementsAre(
                  Row(kLedgerSubjects, SubjectPrefix(3) + SequenceKey(7), ""),
                  Row(kLedgerEvents, SequenceKey(7), "")));
  EXPECT_THAT(RowsOf(RecordKind::kAccess, ""),
              testing::ElementsAre(
                  Row(kLedgerSubjects, SubjectPrefix(3) + SequenceKey(7), "")));
}

// The fields that are read where they stand are those that protobuf finds.
TEST(RecordRowsTest, DamagedBodiesAreRefusedOrReadAsProtobufReadsThem) {
  v1::AnswerRecord record;
  record.set_tenant("north");
  record.mutable_answer()->set_collection("c");
  AddSource(record.mutable_answer()->add_citations(), "a", 1, 40);
  const std::string good = record.SerializeAsString();
  std::mt19937 random(7);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    std::string collection;
    RecordRows maker;
    const absl::Status status = maker.Of(
        Outline(RecordKind::kAnswer, bytes),
        [&](LedgerTable table, absl::string_view key, absl::string_view) {
          if (table != kLedgerCollections) return;
          collection = std::string(key.substr(0, key.size() - 9));
        });
    v1::AnswerRecord parsed;
    if (!status.ok()) {
      EXPECT_EQ(ErrorReason(status), "RECORD_DAMAGED");
    } else if (parsed.ParseFromString(bytes)) {
      EXPECT_EQ(collection, parsed.answer().collection());
      ++read;
    }
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace footnote
