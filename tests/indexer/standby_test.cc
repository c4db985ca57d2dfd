#include "indexer/standby.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "base/grpc_status.h"
#include "indexer/documents.h"
#include "model/encoder/open.h"
#include "tests/indexer/ingest_fixture.h"
#include "tests/model/encoder/toy_bert.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StandbyTest : public IngestTest {
 protected:
  StandbyTest() : first_(folder_ + "/first"), second_(folder_ + "/second") {
    WriteToyBert(first_, 1, 32);
    WriteToyBert(second_, 2, 48);
    encoder_ = *OpenEncoder(first_);
    OpenShelf();
  }

  void OpenShelf() {
    shelf_ = std::make_unique<EncoderShelf>(
        encoder_.get(),
        [this](const std::string& hash) { return store_->EncoderPath(hash); });
  }

  absl::Status Build(const std::string& encoder,
                     const std::string& encoders = "/") {
    v1::BuildStandbyRequest request;
    request.set_collection("c");
    request.set_encoder(encoder);
    return BuildStandby({store_.get(), shelf_.get(), encoders, nullptr},
                        request, [this](const v1::StandbyProgress& progress) {
                          progress_ = progress;
                          return true;
                        });
  }

  std::string CurrentHash() {
    return absl::BytesToHexString(Current()->manifest.encoder_hash);
  }
  // Live passages with a vector.
  size_t Vectors() {
    size_t count = 0;
    const auto generation = Current();
    for (const LiveSegment& segment : generation->segments) {
      for (uint32_t p = 0; p < segment.reader->passage_count(); ++p) {
        const auto rows = segment.reader->VectorRowsOf(p);
        count += segment.IsLive(p) && rows.first != rows.second;
      }
    }
    return count;
  }
  void Delete(const std::string& document, bool purge) {
    v1::DeleteDocumentRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_purge(purge);
    ASSERT_TRUE(DeleteDocument(store_.get(), &claims_, nullptr, request).ok());
  }

  const std::string first_;
  const std::string second_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<EncoderShelf> shelf_;
  v1::StandbyProgress progress_;
};

TEST_F(StandbyTest, BuildsBesideSwitchesAndSwitchesBack) {
  Ingest({File("a", "A red fox."), File("b", "A blue whale."),
          File("d", "Will be deleted.")},
         encoder_.get());
  Ingest({File("a", "A red fox, and a second version.")}, encoder_.get());
  const std::string hash(encoder_->hash());
  ASSERT_EQ(CurrentHash(), hash);
  ASSERT_TRUE(Build(second_).ok());
  EXPECT_EQ(progress_.documents_done(), 3);
  EXPECT_EQ(CurrentHash(), hash) << "nothing has changed for searches";
  auto standby = GetStandby(store_.get(), "c");
  ASSERT_TRUE(standby.ok()) << standby.status();
  EXPECT_EQ(standby->standby_documents(), 3);
  EXPECT_EQ(standby->lacks(), 0);

  // What came and went since.
  Ingest({File("e", "A green newt."), File("b", "A blue whale, longer.")},
         encoder_.get());
  Delete("d", false);
  EXPECT_EQ(GetStandby(store_.get(), "c")->lacks(), 2);
  EXPECT_TRUE(absl::IsAborted(SwitchStandby(store_.get(), "c").status()));
  Open();
  OpenShelf();
  ASSERT_TRUE(Build("").ok()) << "with the encoder that it has";
  EXPECT_EQ(progress_.documents_done(), 2);
  ASSERT_TRUE(SwitchStandby(store_.get(), "c").ok());

  EXPECT_NE(CurrentHash(), hash);
  EXPECT_EQ(Current()->manifest.dimension, 48);
  EXPECT_EQ(Current()->manifest.documents, 3);
  EXPECT_EQ(Vectors(), 3);
  EXPECT_THAT(Find("fox"), ElementsAre("A red fox, and a second version."));
  EXPECT_THAT(Find("whale"), ElementsAre("A blue whale, longer."));
  EXPECT_THAT(Find("deleted"), IsEmpty());

  // New documents get the vectors of the collection, whatever the process has.
  const Encoder* const now = EncoderFor(store_.get(), shelf_.get(), "c");
  ASSERT_NE(now, nullptr);
  EXPECT_EQ(now->hash(), CurrentHash());
  const auto again =
      Ingest({File("f", "A grey seal."), File("e", "A green newt.")}, now);
  EXPECT_EQ(again.at("e").state, DocumentResult::State::kUnchanged);
  Delete("a", false);
  EXPECT_EQ(Vectors(), 3);

  // And back.
  ASSERT_TRUE(Build("").ok());
  EXPECT_EQ(progress_.documents_done(), 1) << "only what came since";
  ASSERT_TRUE(SwitchStandby(store_.get(), "c").ok());
  EXPECT_EQ(CurrentHash(), hash);
  EXPECT_EQ(Current()->manifest.documents, 3);
  EXPECT_EQ(Vectors(), 3);
  EXPECT_THAT(Find("fox"), IsEmpty());
  EXPECT_THAT(Find("seal"), ElementsAre("A grey seal."));
  EXPECT_TRUE(store_->Verify().ok());
}

TEST_F(StandbyTest, ACollectionWithoutVectorsGetsThem) {
  Ingest({File("a", "A red fox.")});
  EXPECT_EQ(Vectors(), 0);
  ASSERT_TRUE(Build(second_).ok());
  ASSERT_TRUE(SwitchStandby(store_.get(), "c").ok());
  EXPECT_EQ(Vectors(), 1);
}

TEST_F(StandbyTest, AnEncoderThatIsRefusedCostsNotTheWayBack) {
  Ingest({File("a", "A red fox.")}, encoder_.get());
  ASSERT_TRUE(Build(second_).ok());
  ASSERT_TRUE(SwitchStandby(store_.get(), "c").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Build(second_)));
  EXPECT_EQ(GetStandby(store_.get(), "c")->standby_documents(), 1);
  ASSERT_TRUE(SwitchStandby(store_.get(), "c").ok());
  EXPECT_EQ(CurrentHash(), encoder_->hash());
}

TEST_F(StandbyTest, AnotherEncoderBeginsAnewAndDropRemovesFiles) {
  const auto files = [this] {
    std::set<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_ + "/store/segments")) {
      names.insert(entry.path().filename().string());
    }
    return names;
  };
  Ingest({File("a", "A red fox.")}, encoder_.get());
  const std::set<std::string> before = files();
  ASSERT_TRUE(Build(second_).ok());
  EXPECT_EQ(files().size(), before.size() + 1) << "no scratch file is left";
  const std::string third = folder_ + "/third";
  WriteToyBert(third, 3, 32);
  ASSERT_TRUE(Build(third).ok());
  EXPECT_EQ(files().size(), before.size() + 1);
  ASSERT_TRUE(DropStandby(store_.get(), "c").ok());
  EXPECT_EQ(files(), before);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(SwitchStandby(store_.get(), "c").status()));
}

TEST_F(StandbyTest, APurgeTakesItToo) {
  Ingest({File("a", "A red fox about zymurgy."), File("b", "Another.")},
         encoder_.get());
  ASSERT_TRUE(Build(second_).ok());
  Delete("a", true);
  EXPECT_EQ(GetStandby(store_.get(), "c")->standby_documents(), 0);
  ASSERT_TRUE(Build(second_).ok());
  EXPECT_EQ(GetStandby(store_.get(), "c")->standby_documents(), 1);
}

// On a full disk: its files would have the names of segments that are there.
TEST_F(StandbyTest, WhatIsOpenedForReadingBuildsNone) {
  Ingest({File("a", "A red fox.")}, encoder_.get());
  ASSERT_TRUE(Build(second_).ok());
  Ingest({File("b", "A blue whale.")}, encoder_.get());
  store_.reset();
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  StoreOptions options;
  options.reads_when_full = true;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  auto reading = Store::Open(folder_ + "/store", options);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(reading.ok()) << reading.status();
  store_ = *std::move(reading);
  OpenShelf();
  EXPECT_TRUE(absl::IsResourceExhausted(Build("")));
  Open();
  EXPECT_THAT(Find("fox"), ElementsAre("A red fox."));
  EXPECT_EQ(store_->Verify(), absl::OkStatus());
}

TEST_F(StandbyTest, AServerOpensOnlyEncodersOfItsFolder) {
  Ingest({File("a", "A red fox.")}, encoder_.get());
  for (const std::string& name :
       {second_, std::string("../second"), std::string(".hidden")}) {
    const absl::Status status = Build(name, folder_);
    EXPECT_EQ(ErrorReason(status), "ENCODER_FORBIDDEN") << name;
  }
  EXPECT_EQ(ErrorReason(Build("second", "")), "ENCODER_FORBIDDEN");
  EXPECT_TRUE(Build("second", folder_).ok());
  EXPECT_TRUE(absl::IsNotFound(Build("none", folder_)));
  EXPECT_TRUE(absl::IsAlreadyExists(Build("first", folder_)));
}

TEST_F(StandbyTest, NoCollectionAndNoEncoderAreErrors) {
  EXPECT_EQ(ErrorReason(Build(second_)), "COLLECTION_NOT_FOUND");
  EXPECT_TRUE(absl::IsFailedPrecondition(Build("")));
}

}  // namespace
}  // namespace footnote
