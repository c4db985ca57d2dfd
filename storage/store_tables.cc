#include "storage/store_tables.h"

namespace footnote {

std::vector<std::string> StoreTables() {
  return {"meta",    "documents", "versions", "texts",     "locators",
          "pending", "manifests", "jobs",     "duplicates"};
}

}  // namespace footnote
