#ifndef FOOTNOTE_STORAGE_STORE_TABLES_H_
#define FOOTNOTE_STORAGE_STORE_TABLES_H_

#include <string>
#include <vector>

namespace footnote {

// The tables of STORE/db. Append only: the numbers are positions in
// StoreTables().
enum StoreTable : int {
  // Small things: format, next segment number.
  kTableMeta = 0,
  // Collection and document -> number of the newest version, and its state.
  kTableDocuments = 1,
  // Collection, document, version -> VersionRecord.
  kTableVersions = 2,
  // Collection, document, version, chunk -> bytes of the canonical text.
  kTableTexts = 3,
  // The same for locators.
  kTableLocators = 4,
  // Versions whose text is written and not yet committed.
  kTablePending = 5,
  // Collection -> the manifest of its current generation.
  kTableManifests = 6,
  // The indexer's: ingestion jobs and their files.
  kTableJobs = 7,
  // Signatures of documents' texts, and groups of what is nearly the same.
  kTableDuplicates = 8,
};

// "meta", "documents", "versions"…, in the order of StoreTable.
std::vector<std::string> StoreTables();

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_STORE_TABLES_H_
