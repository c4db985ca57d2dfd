#ifndef FOOTNOTE_AUDIT_RECORD_ROWS_H_
#define FOOTNOTE_AUDIT_RECORD_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "audit/ledger_tables.h"
#include "audit/record.h"

namespace footnote {

// The rows of the indexes that follow from a record: those of kLedgerCiting,
// kLedgerCollections, kLedgerSubjects and kLedgerEvents. The row of
// kLedgerRequests does not follow: its key is sealed.
//
// Who writes a record, who removes one and who checks one ask here, so the
// three can't disagree. Of the body only the few fields that the rows hold are
// read, where they stand, and nothing is copied that was not copied before:
// fsck asks for every record there is. One object per thread, used again and
// again.
class RecordRows {
 public:
  // One row; the views live until it returns.
  using Show = absl::FunctionRef<void(LedgerTable table, absl::string_view key,
                                      absl::string_view value)>;

  // Shows the rows of a record.
  //   DataLoss  the body is no message; reason RECORD_DAMAGED
  absl::Status Of(const RecordOutline& record, Show show);

 private:
  struct Cited {
    absl::string_view collection;
    absl::string_view document;
    uint64_t version = 0;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t begin_code_point = 0;
    uint64_t end_code_point = 0;

    bool SameVersion(const Cited& other) const;
  };

  bool ReadBody(absl::string_view body);
  bool ReadAnswer(absl::string_view answer);
  bool ReadCitation(absl::string_view citation);
  bool ReadSource(absl::string_view source);
  static bool ReadVersion(absl::string_view version, Cited* cited);
  static bool ReadSpan(absl::string_view span, Cited* cited);
  void ShowCited(const RecordHead& head, Show show);

  absl::string_view tenant_;
  absl::string_view collection_;
  std::vector<Cited> cited_;
  std::string key_;
  std::string value_;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_RECORD_ROWS_H_
