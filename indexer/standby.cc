#include "indexer/standby.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "indexer/postings.h"
#include "indexer/vectors/passage_encoder.h"
#include "storage/segment_merge.h"
#include "storage/segment_writer.h"

namespace footnote {
namespace {

// Passages whose vectors are made before they are written; a segment of the
// second generation has about as many. Merging joins them once it is current.
constexpr uint32_t kPassagesAtOnce = 50000;

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  SetErrorReason(reason, &status);
  return status;
}

// The path of an encoder that a caller names.
absl::StatusOr<std::string> PathOf(const std::string& folder,
                                   const std::string& name) {
  if (folder == "/") return name;
  const bool plain =
      !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
  if (!folder.empty() && plain) return absl::StrCat(folder, "/", name);
  return WithReason(
      absl::PermissionDeniedError(absl::StrCat(
          "encoder \"", name, "\": ",
          folder.empty() ? "this server opens none by name, want a command "
                           "without a server"
                         : "want a file's name in the server's folder of "
                           "encoders")),
      "ENCODER_FORBIDDEN");
}

absl::StatusOr<const Encoder*> ChooseEncoder(
    const StandbyRooms& rooms, const v1::BuildStandbyRequest& request,
    const Generation& standby) {
  if (request.encoder().empty()) {
    const std::string hash =
        absl::BytesToHexString(standby.manifest.encoder_hash);
    const Encoder* const encoder = rooms.shelf->Find(hash);
    if (encoder != nullptr) return encoder;
    return absl::FailedPreconditionError(absl::StrCat(
        "collection \"", request.collection(), "\": ",
        standby.segments.empty()
            ? "has no second generation, want the encoder for one"
            : "the encoder of its second generation is not there, want it"));
  }
  ASSIGN_OR_RETURN(const std::string path,
                   PathOf(rooms.encoders, request.encoder()));
  ASSIGN_OR_RETURN(const Encoder* const encoder, rooms.shelf->Open(path));
  RETURN_IF_ERROR(
      rooms.store->KeepEncoderPath(std::string(encoder->hash()), path));
  return encoder;
}

// Writes segments of the documents that are lacked, some at a time.
class Builder {
 public:
  Builder(const StandbyRooms& rooms, const Encoder* encoder,
          const std::string& collection,
          const std::function<bool(const v1::StandbyProgress&)>& send)
      : rooms_(rooms),
        encoder_(*encoder),
        collection_(collection),
        send_(send) {
    progress_.set_encoder(std::string(encoder->name()));
  }

  absl::Status Add(const std::shared_ptr<const SegmentReader>& reader,
                   const std::vector<uint32_t>& documents) {
    std::vector<uint32_t> some;
    uint32_t passages = 0;
    for (const uint32_t d : documents) {
      some.push_back(d);
      passages += reader->documents()[d].passage_count;
      if (passages < kPassagesAtOnce && d != documents.back()) continue;
      RETURN_IF_ERROR(AddSome(reader, some));
      progress_.set_documents_done(progress_.documents_done() + some.size());
      progress_.set_passages_done(progress_.passages_done() + passages);
      if (!send_(progress_)) return absl::CancelledError("the caller has gone");
      some.clear();
      passages = 0;
    }
    return absl::OkStatus();
  }

  void Expect(uint64_t documents) {
    progress_.set_documents(progress_.documents() + documents);
  }

 private:
  absl::Status AddSome(const std::shared_ptr<const SegmentReader>& reader,
                       const std::vector<uint32_t>& documents) {
    const Store::SegmentName vectors = rooms_.store->NewSegment();
    const Store::SegmentName made = rooms_.store->NewSegment();
    absl::Status status = WriteVectors(*reader, documents, vectors.path);
    if (status.ok()) status = Join(reader, documents, vectors.path, made.path);
    unlink(vectors.path.c_str());
    if (status.ok()) {
      status = rooms_.store->AddStandby(collection_, made.name);
      if (!status.ok() && !MayBeWritten(status)) unlink(made.path.c_str());
    }
    return status;
  }

  // A segment with the passages of `reader` and nothing but the vectors of
  // those of `documents`.
  absl::Status WriteVectors(const SegmentReader& reader,
                            const std::vector<uint32_t>& documents,
                            const std::string& path) {
    SegmentOptions options = MakeSegmentOptions(
        absl::HexStringToBytes(encoder_.hash()), encoder_.dimension());
    options.positions = false;
    SegmentWriter writer(options);
    SegmentDocument one;
    one.id = "vectors";
    const std::string no_hash(32, '\0');
    one.sha256 = no_hash;
    RETURN_IF_ERROR(writer.AddDocument(one));
    for (uint32_t p = 0; p < reader.passage_count(); ++p) {
      RETURN_IF_ERROR(writer.AddPassage(SegmentPassage()).status());
    }
    PassageEncoder passages(&encoder_);
    for (const uint32_t d : documents) {
      const DocumentRow& row = reader.documents()[d];
      const VersionRef version = {
          collection_, std::string(reader.DocumentId(row)), row.version};
      for (uint32_t i = 0; i < row.passage_count; ++i) {
        YieldToSearches();
        const uint32_t p = row.first_passage + i;
        const PassageRow& passage = reader.passages()[p];
        ASSIGN_OR_RETURN(const std::string text,
                         rooms_.store->documents()->ReadText(
                             version, passage.begin, passage.end));
        RETURN_IF_ERROR(passages.Add(p, text, &writer));
      }
    }
    RETURN_IF_ERROR(passages.Flush(&writer));
    return writer.Finish(path);
  }

  // The documents as they are, with those vectors.
  absl::Status Join(const std::shared_ptr<const SegmentReader>& reader,
                    const std::vector<uint32_t>& documents,
                    const std::string& vectors, const std::string& path) {
    MergeInput input;
    input.segment = reader;
    ASSIGN_OR_RETURN(input.vectors, SegmentReader::Open(vectors));
    for (uint32_t d = 0; d < reader->document_count(); ++d) {
      if (!std::binary_search(documents.begin(), documents.end(), d)) {
        input.deleted_documents.push_back(d);
      }
    }
    return MergeSegments({input}, rooms_.ann_builder, path);
  }

  const StandbyRooms& rooms_;
  const Encoder& encoder_;
  const std::string collection_;
  const std::function<bool(const v1::StandbyProgress&)>& send_;
  v1::StandbyProgress progress_;
};

}  // namespace

const Encoder* EncoderFor(Store* store, EncoderShelf* shelf,
                          const std::string& collection) {
  if (shelf == nullptr) return nullptr;
  const auto generation = store->Current(collection);
  if (generation.ok() && !(*generation)->segments.empty()) {
    const Encoder* const encoder = shelf->Find(
        absl::BytesToHexString((*generation)->manifest.encoder_hash));
    if (encoder != nullptr) return encoder;
  }
  return shelf->primary();
}

absl::Status BuildStandby(
    const StandbyRooms& rooms, const v1::BuildStandbyRequest& request,
    const std::function<bool(const v1::StandbyProgress&)>& send) {
  Store* const store = rooms.store;
  const std::string& collection = request.collection();
  // Before any file is written, under a name that may be another one's.
  RETURN_IF_ERROR(store->kv()->Writable());
  ASSIGN_OR_RETURN(std::shared_ptr<const Generation> standby,
                   store->Standby(collection));
  if (request.encoder().empty() && !standby->segments.empty()) {
    ASSIGN_OR_RETURN(const v1::Standby now, GetStandby(store, collection));
    if (now.lacks() == 0) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Encoder* const encoder,
                   ChooseEncoder(rooms, request, *standby));
  const std::string hash = absl::HexStringToBytes(encoder->hash());
  bool is_in_the_way =
      !standby->segments.empty() && standby->manifest.encoder_hash != hash;
  standby = nullptr;
  Builder builder(rooms, encoder, collection, send);
  // What comes in meanwhile is taken in the next round, which is shorter.
  while (true) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> current,
                     store->Current(collection));
    if (current->segments.empty()) {
      return WithReason(
          absl::NotFoundError(absl::StrCat("collection \"", collection,
                                           "\": not found, want one that holds "
                                           "documents")),
          "COLLECTION_NOT_FOUND");
    }
    if (current->manifest.encoder_hash == hash) {
      return absl::AlreadyExistsError(
          absl::StrCat("collection \"", collection, "\": has the vectors of ",
                       encoder->name(), ", want another encoder"));
    }
    // Not before: what is refused costs nobody the way back.
    if (is_in_the_way) RETURN_IF_ERROR(store->DropStandby(collection));
    is_in_the_way = false;
    ASSIGN_OR_RETURN(const auto lacks, store->StandbyLacks(*current));
    uint64_t documents = 0;
    for (const auto& of_segment : lacks) documents += of_segment.size();
    builder.Expect(documents);
    if (documents == 0) return absl::OkStatus();
    for (size_t s = 0; s < lacks.size(); ++s) {
      RETURN_IF_ERROR(builder.Add(current->segments[s].reader, lacks[s]));
    }
  }
}

absl::StatusOr<v1::Standby> GetStandby(Store* store,
                                       const std::string& collection) {
  RETURN_IF_ERROR(store->Refresh());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> current,
                   store->Current(collection));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> standby,
                   store->Standby(collection));
  v1::Standby out;
  out.set_collection(collection);
  out.set_generation(current->number());
  out.set_encoder_sha256(current->manifest.encoder_hash);
  if (standby->segments.empty()) return out;
  out.set_standby_documents(standby->manifest.documents);
  out.set_standby_encoder_sha256(standby->manifest.encoder_hash);
  ASSIGN_OR_RETURN(const auto lacks, store->StandbyLacks(*current));
  for (const auto& of_segment : lacks) {
    out.set_lacks(out.lacks() + of_segment.size());
  }
  return out;
}

absl::StatusOr<v1::Standby> SwitchStandby(Store* store,
                                          const std::string& collection) {
  RETURN_IF_ERROR(store->SwitchStandby(collection).status());
  return GetStandby(store, collection);
}

absl::StatusOr<v1::Standby> DropStandby(Store* store,
                                        const std::string& collection) {
  RETURN_IF_ERROR(store->DropStandby(collection));
  return GetStandby(store, collection);
}

}  // namespace footnote
