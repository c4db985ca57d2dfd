#include "tests/storage/segment_builder.h"

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/hash.h"
#include "gtest/gtest.h"

namespace footnote {

std::string MakeTestFolder() {
  const char* root = getenv("TEST_TMPDIR");
  std::string folder =
      std::string(root != nullptr ? root : "/tmp") + "/storage-XXXXXX";
  EXPECT_NE(mkdtemp(&folder[0]), nullptr);
  return folder;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

SegmentOptions TestOptions() {
  SegmentOptions options;
  options.analyzer_version = 7;
  options.encoder_hash = std::string(32, '\x5a');
  options.dimension = 20;
  options.positions = true;
  options.channel_group[1] = 1;
  options.channel_group[2] = 3;
  return options;
}

std::string TestHash(const std::string& id, uint32_t version) {
  return Sha256(id + "@" + std::to_string(version));
}

std::vector<WrittenDocument> RandomDocuments(int first, int count,
                                             int passages_per_document,
                                             int vocabulary, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<WrittenDocument> documents;
  for (int d = 0; d < count; ++d) {
    WrittenDocument document;
    document.id = "d" + std::to_string(first + d);
    document.version = 1 + (first + d) % 3;
    document.title = d % 5 == 0 ? "" : "Title of " + document.id;
    document.metadata = {{"kind", d % 2 ? "odd" : "even"},
                         {"number", std::to_string(first + d)}};
    if (d % 3 == 0) document.labels = {"staff", "public"};
    const int passages = random() % (2 * passages_per_document + 1);
    uint64_t at = 0;
    for (int p = 0; p < passages; ++p) {
      WrittenPassage passage;
      passage.document = document.id;
      passage.version = document.version;
      passage.begin = at;
      passage.end = at + 100 + random() % 900;
      at = passage.end + 1;
      passage.heading = "Part " + std::to_string(p / 2);
      passage.sentences = {{0, 40}, {41, 100}};
      const int tokens = random() % 80;
      for (int t = 0; t < tokens; ++t) {
        const double u = (random() % 10000 + 1) / 10000.0;
        const uint64_t word = static_cast<uint64_t>(vocabulary * u * u * u);
        SegmentToken token = {};
        token.key = (word + 1) * 0x9e3779b97f4a7c15u;
        token.channel = word % 4;
        token.position = t;
        token.weight = word % 11 == 0 ? 2 : 0;
        passage.tokens.push_back(token);
      }
      for (int v = 0; v < static_cast<int>(random() % 3); ++v) {
        std::vector<float> vector(20);
        for (float& x : vector) x = (random() % 2001) / 1000.f - 1;
        passage.vectors.push_back(vector);
      }
      document.passages.push_back(std::move(passage));
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

void AddAll(const std::vector<WrittenDocument>& documents,
            SegmentWriter* writer) {
  for (const WrittenDocument& document : documents) {
    SegmentDocument add;
    add.id = document.id;
    add.title = document.title;
    add.version = document.version;
    add.language = 5;
    const std::string hash = TestHash(document.id, document.version);
    add.sha256 = hash;
    add.metadata = document.metadata;
    add.labels = document.labels;
    ASSERT_TRUE(writer->AddDocument(add).ok());
    for (const WrittenPassage& passage : document.passages) {
      SegmentPassage p;
      p.begin = passage.begin;
      p.end = passage.end;
      p.code_point_begin = passage.begin / 2;
      p.code_point_end = passage.end / 2;
      p.language = 5;
      p.kind = 3;
      p.heading = passage.heading;
      p.sentences = passage.sentences;
      p.tokens = passage.tokens;
      const auto ordinal = writer->AddPassage(p);
      ASSERT_TRUE(ordinal.ok()) << ordinal.status();
      for (const std::vector<float>& vector : passage.vectors) {
        ASSERT_TRUE(writer->AddVector(vector).ok());
      }
    }
  }
}

WrittenPostings Invert(const std::vector<WrittenDocument>& documents) {
  WrittenPostings postings;
  uint32_t ordinal = 0;
  for (const WrittenDocument& document : documents) {
    for (const WrittenPassage& passage : document.passages) {
      for (const SegmentToken& token : passage.tokens) {
        WrittenPosting& posting = postings[token.key][ordinal];
        posting.frequency += std::max<int>(token.weight, 1);
        posting.positions.push_back(token.position);
      }
      ++ordinal;
    }
  }
  return postings;
}

namespace {

void ExpectPassage(const SegmentReader& reader, uint32_t ordinal,
                   const WrittenPassage& want) {
  const PassageRow& row = reader.passages()[ordinal];
  EXPECT_EQ(row.begin, want.begin);
  EXPECT_EQ(row.end, want.end);
  EXPECT_EQ(row.code_point_begin, want.begin / 2);
  EXPECT_EQ(row.language, 5);
  EXPECT_EQ(row.kind, 3);
  EXPECT_EQ(reader.Heading(row), want.heading);
  EXPECT_EQ(reader.DocumentId(reader.Document(row)), want.document);
  const auto sentences = reader.Sentences(row);
  ASSERT_EQ(sentences.size(), want.sentences.size());
  for (size_t i = 0; i < sentences.size(); ++i) {
    EXPECT_EQ(sentences[i].begin, want.sentences[i].begin);
    EXPECT_EQ(sentences[i].end, want.sentences[i].end);
  }
  uint32_t length[kLengthGroups] = {};
  for (const SegmentToken& token : want.tokens) {
    length[reader.info().channel_group[token.channel]] +=
        std::max<int>(token.weight, 1);
  }
  for (int g = 0; g < kLengthGroups; ++g) EXPECT_EQ(row.length[g], length[g]);

  const auto rows = reader.VectorRowsOf(ordinal);
  ASSERT_EQ(rows.second - rows.first, want.vectors.size());
  for (uint32_t r = rows.first; r < rows.second; ++r) {
    const VectorsView& vectors = reader.vectors();
    ASSERT_EQ(vectors.rows[r].passage, ordinal);
    const std::vector<float>& values = want.vectors[r - rows.first];
    std::vector<float> decoded(values.size());
    DecodeVector(vectors, r, decoded.data());
    int sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(decoded[i], values[i], 1e-3);
      EXPECT_NEAR(vectors.Code(r)[i] * vectors.rows[r].scale, values[i],
                  vectors.rows[r].scale * .51);
      sum += vectors.Code(r)[i];
    }
    EXPECT_EQ(vectors.rows[r].code_sum, sum);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(vectors.Code(r)) % 64, 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(vectors.Exact(r)) % 64, 0);
  }
}

void ExpectPostings(const SegmentReader& reader, uint64_t key,
                    const std::map<uint32_t, WrittenPosting>& want) {
  PostingsIterator it = reader.Postings(key);
  ASSERT_EQ(it.document_frequency(), want.size());
  auto expected = want.begin();
  uint32_t highest = 0;
  const int group = reader.info().channel_group[it.channel()];
  for (; it.Valid(); it.NextBlock()) {
    const PostingsIterator::Postings& block = it.Block();
    for (int i = 0; i < block.count; ++i, ++expected) {
      ASSERT_NE(expected, want.end());
      ASSERT_EQ(block.ordinals[i], expected->first);
      ASSERT_EQ(block.frequencies[i], expected->second.frequency);
      highest = std::max(highest, block.frequencies[i]);
      const uint16_t length =
          reader.passages()[block.ordinals[i]].length[group];
      bool bounded = false;
      for (const BlockPair& pair : it.pairs()) {
        bounded |=
            pair.frequency >= block.frequencies[i] && pair.length <= length;
      }
      ASSERT_TRUE(bounded);
      ASSERT_GE(length, it.min_length());
      std::vector<uint32_t> positions;
      ASSERT_TRUE(it.Positions(i, &positions).ok());
      ASSERT_EQ(positions, expected->second.positions);
    }
    ASSERT_EQ(it.last_ordinal(), block.ordinals[block.count - 1]);
  }
  ASSERT_EQ(expected, want.end());
  ASSERT_EQ(it.max_frequency(), highest);
  ASSERT_TRUE(it.status().ok());
}

}  // namespace

void ExpectHolds(const SegmentReader& reader,
                 const std::vector<WrittenDocument>& documents) {
  ASSERT_EQ(reader.document_count(), documents.size());
  uint32_t ordinal = 0;
  for (size_t d = 0; d < documents.size(); ++d) {
    const WrittenDocument& want = documents[d];
    const DocumentRow& row = reader.documents()[d];
    EXPECT_EQ(reader.DocumentId(row), want.id);
    EXPECT_EQ(reader.Title(row), want.title);
    EXPECT_EQ(row.version, want.version);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(row.sha256), 32),
              TestHash(want.id, want.version));
    EXPECT_EQ(reader.FindDocument(want.id, want.version), d);
    EXPECT_FALSE(reader.FindDocument(want.id, want.version + 9).has_value());
    const auto metadata = reader.Metadata(row);
    ASSERT_EQ(metadata.size(), want.metadata.size() * 2);
    for (size_t i = 0; i < want.metadata.size(); ++i) {
      EXPECT_EQ(reader.String(metadata[2 * i]), want.metadata[i].first);
      EXPECT_EQ(reader.String(metadata[2 * i + 1]), want.metadata[i].second);
    }
    const auto labels = reader.Labels(row);
    ASSERT_EQ(labels.size(), want.labels.size());
    for (size_t i = 0; i < want.labels.size(); ++i) {
      EXPECT_EQ(reader.String(labels[i]), want.labels[i]);
      EXPECT_EQ(reader.FindString(want.labels[i]), labels[i]);
    }
    ASSERT_EQ(row.first_passage, ordinal);
    ASSERT_EQ(row.passage_count, want.passages.size());
    for (const WrittenPassage& passage : want.passages) {
      ExpectPassage(reader, ordinal++, passage);
    }
  }
  ASSERT_EQ(reader.passage_count(), ordinal);
  const WrittenPostings postings = Invert(documents);
  ASSERT_EQ(reader.term_count(), postings.size());
  uint64_t index = 0;
  for (const auto& entry : postings) {
    ASSERT_EQ(reader.term_keys()[index++], entry.first);
    ExpectPostings(reader, entry.first, entry.second);
    EXPECT_EQ(reader.DocumentFrequency(entry.first), entry.second.size());
    if (postings.count(entry.first + 1) == 0) {
      EXPECT_FALSE(reader.Postings(entry.first + 1).Valid());
    }
  }
  EXPECT_TRUE(reader.VerifyAll().ok()) << reader.VerifyAll();
}

}  // namespace footnote
