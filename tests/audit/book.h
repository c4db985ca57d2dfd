// A store with documents, a book beside it, and answers that cite them.
#ifndef FOOTNOTE_TESTS_AUDIT_BOOK_H_
#define FOOTNOTE_TESTS_AUDIT_BOOK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// Each Book has a folder of its own, removed at its end. Its methods end the
// test with a CHECK when something that must work does not.
class Book {
 public:
  explicit Book(const StoreOptions& options = {});
  ~Book();

  Store* store() { return store_.get(); }
  Ledger* ledger() { return ledger_.get(); }

  // Stores `text` as the next version of `document`; returns what cites it.
  v1::DocumentVersion AddVersion(const std::string& document,
                                 const std::string& text);

  // A request to record an answer that quotes `quotes`, each a part of the
  // document version's stored text.
  v1::AppendAnswerRequest Answer(const v1::DocumentVersion& source,
                                 const std::vector<std::string>& quotes);

  // Records it; returns the receipt.
  v1::Receipt Append(const v1::AppendAnswerRequest& request);

  // Closes and opens the book, with `damage` done to its database between.
  template <typename Damage>
  void WhileClosed(Damage damage) {
    CloseLedger();
    {
      const std::unique_ptr<Kv> kv = OpenKv(folder_ + "/audit", true);
      damage(kv.get());
    }
    OpenLedger();
  }
  // The same for the store.
  template <typename Damage>
  void WhileStoreClosed(Damage damage) {
    store_.reset();
    {
      const std::unique_ptr<Kv> kv = OpenKv(folder_ + "/db", false);
      damage(kv.get());
    }
    OpenStore();
  }

  // What VerifyChain says, and its last message.
  std::vector<v1::VerifyChainResponse> Walk(
      const std::vector<std::string>& checkpoints = {});

  const std::string& folder() const { return folder_; }
  // To the book it is so much later from now on.
  void Wait(absl::Duration time) {
    ahead_us_ += absl::ToInt64Microseconds(time);
  }

  void Close() { CloseLedger(); }
  void Open() { OpenLedger(); }

 private:
  void OpenStore();
  void OpenLedger();
  void CloseLedger() { ledger_.reset(); }
  static std::unique_ptr<Kv> OpenKv(const std::string& folder, bool ledger);

  const StoreOptions options_;
  std::string folder_;
  std::atomic<int64_t> ahead_us_{0};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

// The first file under `folder` that holds one of `words`, with the word;
// empty when none does.
std::string FilesWith(const std::string& folder,
                      const std::vector<std::string>& words);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_AUDIT_BOOK_H_
