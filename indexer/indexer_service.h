// The Indexer as a gRPC service: RPC in, Status out.
#ifndef FOOTNOTE_INDEXER_INDEXER_SERVICE_H_
#define FOOTNOTE_INDEXER_INDEXER_SERVICE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/ocr_languages.h"
#include "model/encoder/encoder.h"
#include "storage/store.h"
#include "text/language.h"

namespace footnote {

struct IndexerOptions {
  // Worker threads of an ingestion; 0: one per CPU.
  int threads = 0;
  // What an ingestion may take for what it collects; bounds memory whatever
  // the collection's size. Not under 64 MiB.
  size_t memory_bytes = size_t{768} << 20;
  ExtractLimits limits;
  // The languages that scanned pages may be in, the likeliest first; empty:
  // scanned pages are not read. See ParseOcrLanguages.
  std::vector<Language> ocr_languages;
  // Makes the index over a segment's vectors (the retriever's business, which
  // reads it); empty: all vectors are scanned.
  AnnBuilder ann_builder;
  // Merges small segments in the background.
  bool merge = true;
  MergePolicy merge_policy;
  // The folder within which backups may be made; empty: none may.
  std::string backups;
  // The folder whose encoders may be named for second generations; "/": any
  // path; empty: none may.
  std::string encoders;
  // See PipelineOptions.
  std::function<bool()> is_stopping;
};

// Serves v1.Indexer over `store`. `encoder` may be null: then there are no
// vectors but those that callers supply. Both must outlive the service, which
// may be called from many threads and starts one for merging.
std::unique_ptr<grpc::Service> NewIndexerService(Store* store,
                                                 const Encoder* encoder,
                                                 const IndexerOptions& options);

// How long a store keeps older generations: as the settings of its collections
// say.
KeepRule IndexerKeepRule();

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INDEXER_SERVICE_H_
